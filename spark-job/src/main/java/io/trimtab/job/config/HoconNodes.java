package io.trimtab.job.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A merge file in HOCON: the group {@code merge-models}, at the top or under {@code trimtab}. */
final class HoconNodes {
    static final String GROUP = "merge-models";

    private HoconNodes() {}

    /** @throws ConfigurationException with the place of what is wrong */
    static MergeNode read(Path file) {
        List<String> problems = new ArrayList<>();
        Config parsed = Sources.parse(file, problems);
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
        try {
            Config config = parsed.resolve();
            for (String path : List.of(Names.ROOT + "." + GROUP, GROUP)) {
                if (config.hasPath(path)) {
                    return node(config.getValue(path)).orElseThrow();
                }
            }
        } catch (ConfigException e) {
            throw new ConfigurationException(List.of(String.valueOf(e.getMessage())));
        }
        throw new ConfigurationException(List.of(file + ": has no group " + GROUP
                + "; a merge is written there with mergekit's keys, or in a .yml file of mergekit's"));
    }

    /** Empty for null. */
    static Optional<MergeNode> node(ConfigValue value) {
        String place = Values.describe(value.origin());
        if (value instanceof ConfigObject object) {
            Map<String, MergeNode> fields = new LinkedHashMap<>();
            object.forEach((key, field) -> node(field).ifPresent(node -> fields.put(MergeNode.key(key), node)));
            return Optional.of(new MergeNode.Group(fields, place));
        }
        if (value instanceof ConfigList list) {
            List<MergeNode> items = new ArrayList<>();
            list.forEach(item -> node(item).ifPresent(items::add));
            return Optional.of(new MergeNode.Items(items, place));
        }
        return value.valueType() == ConfigValueType.NULL
                ? Optional.empty()
                : Optional.of(new MergeNode.Scalar(ValueType.text(value), place));
    }
}

package io.trimtab.job.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.trimtab.merge.scope.TensorPattern;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The values of all keys, by their paths without the root, and where each comes from.
 *
 * @param own what the run's files and options say, resolved
 * @param full the same over the defaults
 */
record Values(Config own, Config full) {
    static final String SET = "--set";
    static final String DEFAULT = "default";
    private static final String MERGED = "merge of ";
    private static final String REFERENCE = "reference.conf";

    /** Empty where the key is null. */
    Optional<ConfigValue> value(String path) {
        return find(full, path);
    }

    /** Whether the user gave the key a value. */
    boolean isOwn(String path) {
        return find(own, path).isPresent();
    }

    /** The values of a list, or the one value; none where the key is null. */
    List<ConfigValue> items(String path) {
        return value(path).map(ValueType::items).orElse(List.of());
    }

    /** Regular expressions over tensors, each with its place and its key. */
    List<TensorPattern> patterns(String path) {
        return items(path).stream()
                .map(item -> new TensorPattern(
                        ValueType.text(item), describe(item.origin()) + ": " + Names.ROOT + "." + path))
                .toList();
    }

    String text(String path) {
        return value(path).map(ValueType::text).orElse("");
    }

    /** File and line, "--set", or "default". */
    String origin(String path) {
        return value(path).map(value -> describe(value.origin())).orElse(DEFAULT);
    }

    static String describe(ConfigOrigin origin) {
        String description = origin.description();
        // Groups that only --set makes carry the library's own word.
        if (description.startsWith(SET) || description.startsWith("withValue(")) {
            return SET;
        }
        // A text put together from several places; that the default's pattern joined them is no news.
        if (description.startsWith(MERGED)) {
            return Stream.of(description.substring(MERGED.length()).split(",", -1))
                    .filter(part -> !part.startsWith(REFERENCE))
                    .distinct()
                    .collect(Collectors.collectingAndThen(
                            Collectors.joining(", "), parts -> parts.isEmpty() ? DEFAULT : parts));
        }
        return description.startsWith(REFERENCE) ? DEFAULT : description;
    }

    private static Optional<ConfigValue> find(Config config, String path) {
        @Nullable ConfigValue value = config.root().get(Names.ROOT);
        for (String part : List.of(path.split("\\."))) {
            if (!(value instanceof ConfigObject group)) {
                return Optional.empty();
            }
            value = group.get(part);
        }
        return Optional.ofNullable(value).filter(found -> found.valueType() != ConfigValueType.NULL);
    }
}

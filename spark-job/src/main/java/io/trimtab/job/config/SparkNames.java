package io.trimtab.job.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Spark's names in HOCON. Some are the beginning of others, as {@code spark.authenticate} of {@code spark.authenticate.secret}. HOCON's groups cannot have
 * a value too, and it drops the one that came first without a word; in quotes both stay.
 */
final class SparkNames {
    static final String GROUP = Names.ROOT + ".cluster.spark";

    /** A name with a value of its own on its line: not a group's, and none that may turn out to be absent. */
    private static final Pattern SETTING = Pattern.compile(
            "(?:^|[{,])\\s*(?:[\\w.-]*\\bcluster\\.spark\\.)?(spark(?:\\.[\\w-]+)+)\\s*[=:]\\s*[^\\s{$]");

    private SparkNames() {}

    /** Every name with its value. One that an option or quotes make a single key wins over the same one spelt as groups. */
    static SortedMap<String, ConfigValue> settings(ConfigObject group) {
        SortedMap<String, ConfigValue> settings = new TreeMap<>();
        collect("", group, settings);
        group.forEach((name, value) -> {
            if (!(value instanceof ConfigObject)) {
                settings.put(name, value);
            }
        });
        settings.values().removeIf(value -> value.valueType() == ConfigValueType.NULL);
        return settings;
    }

    private static void collect(String prefix, ConfigObject group, Map<String, ConfigValue> settings) {
        group.forEach((key, value) -> {
            if (value instanceof ConfigObject inner) {
                collect(prefix + key + ".", inner, settings);
            } else {
                settings.put(prefix + key, value);
            }
        });
    }

    /** The key of an option as one name, so that no other name takes its value away. */
    static String asOneName(String key) {
        List<String> path = ConfigUtil.splitPath(key);
        List<String> group = ConfigUtil.splitPath(GROUP);
        boolean ofSpark =
                path.size() > group.size() && path.subList(0, group.size()).equals(group);
        return ofSpark
                ? GROUP + "." + ConfigUtil.quoteString(String.join(".", path.subList(group.size(), path.size())))
                : key;
    }

    /** Whether an option replaces the whole group: then nothing of a file has to be in it. */
    static boolean areReplaced(List<String> sets) {
        return sets.stream().map(set -> Sources.set(set).key() + ".").anyMatch((GROUP + ".")::startsWith);
    }

    /**
     * What a file's text sets and HOCON dropped.
     *
     * @param spark the group that was read
     */
    static List<String> dropped(Path file, ConfigObject spark) {
        Map<String, ConfigValue> kept = new HashMap<>();
        collect("", spark, kept);
        List<String> problems = new ArrayList<>();
        List<String> lines = lines(file);
        for (int line = 0; line < lines.size(); line++) {
            Matcher setting = SETTING.matcher(lines.get(line));
            while (setting.find()) {
                String before = lines.get(line).substring(0, setting.start(1));
                boolean comment = before.contains("#") || before.strip().startsWith("//");
                if (!comment && !kept.containsKey(setting.group(1))) {
                    problems.add(file + ": " + (line + 1) + ": " + GROUP + "." + setting.group(1)
                            + ": is dropped by HOCON, because one of its names is the beginning of the other; write"
                            + " it in quotes: \"" + setting.group(1) + "\" = ...");
                }
            }
        }
        return problems;
    }

    private static List<String> lines(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }
}

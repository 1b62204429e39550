package io.trimtab.job.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds keys that no part of Trimtab reads: a misspelt key would silently leave its default in force. */
final class UnknownKeys {
    private static final Set<String> GROUPS = groups();

    private UnknownKeys() {}

    static List<String> of(Values values) {
        List<String> problems = new ArrayList<>();
        for (Map.Entry<String, ConfigValue> entry : sorted(values.own().root())) {
            if (!entry.getKey().equals(Names.ROOT)) {
                problems.add(where(entry.getValue()) + entry.getKey()
                        + ": unknown, every setting stands inside trimtab { }");
            } else if (entry.getValue() instanceof ConfigObject root) {
                walk("", root, problems);
            } else {
                problems.add(where(entry.getValue()) + Names.ROOT + ": must be a group of settings");
            }
        }
        return problems;
    }

    private static void walk(String prefix, ConfigObject group, List<String> problems) {
        for (Map.Entry<String, ConfigValue> entry : sorted(group)) {
            String path = prefix + entry.getKey();
            if (isQuoted(path, entry.getKey())) {
                problems.add(where(entry.getValue()) + Names.ROOT + "." + prefix + '"' + entry.getKey()
                        + "\": a name in quotes is one name, dots and all; write it without quotes, or in JSON as groups"
                        + " inside each other");
                continue;
            }
            if (Key.PATHS.contains(path)) {
                continue; // its type is checked elsewhere
            }
            if (!GROUPS.contains(path)) {
                problems.add(where(entry.getValue()) + Names.ROOT + "." + path + ": unknown key"
                        + hint(path, entry.getKey()));
            } else if (entry.getValue() instanceof ConfigObject inner) {
                walk(path + ".", inner, problems);
            } else {
                problems.add(where(entry.getValue()) + Names.ROOT + "." + path + ": must be a group of settings");
            }
        }
    }

    /** A key spelt as one word with dots, as JSON invites to, would be read by nobody. */
    private static boolean isQuoted(String path, String name) {
        return name.contains(".") && (Key.PATHS.contains(path) || GROUPS.contains(path));
    }

    /** A key of the same name in another group comes before one that only looks alike. */
    private static String hint(String path, String name) {
        List<String> elsewhere = Key.PATHS.stream()
                .filter(known -> known.substring(known.lastIndexOf('.') + 1).equals(name))
                .toList();
        if (elsewhere.size() == 1) {
            return ", did you mean '" + Names.ROOT + "." + elsewhere.get(0) + "'?";
        }
        return Nearest.of(path, Key.PATHS)
                .or(() -> Nearest.of(path, GROUPS))
                .map(known -> ", did you mean '" + Names.ROOT + "." + known + "'?")
                .orElse(", see reference.conf or `trimtab config` for all keys");
    }

    private static List<Map.Entry<String, ConfigValue>> sorted(ConfigObject group) {
        return group.entrySet().stream()
                .sorted(Comparator.<Map.Entry<String, ConfigValue>>comparingInt(
                                entry -> entry.getValue().origin().lineNumber())
                        .thenComparing(Map.Entry::getKey))
                .toList();
    }

    private static String where(ConfigValue value) {
        return Values.describe(value.origin()) + ": ";
    }

    private static Set<String> groups() {
        Set<String> groups = new TreeSet<>();
        for (String path : Key.PATHS) {
            for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
                groups.add(path.substring(0, dot));
            }
        }
        return groups;
    }
}

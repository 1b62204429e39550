package io.trimtab.job.config;

import static java.util.Objects.requireNonNull;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Types of the keys that hold groups of the user's own making. */
final class GroupTypes {
    private static final String NAME = "name";
    private static final String KIND = "kind";
    private static final Set<String> TEST_KEYS = Set.of(NAME, KIND, "path");

    private GroupTypes() {}

    /** Trimtab's column names to the table's. */
    static ValueType columns(List<String> names) {
        return value -> value instanceof ConfigObject columns
                ? columns.entrySet().stream()
                        .flatMap(column -> columnProblem(column.getKey(), column.getValue(), names).stream())
                        .findFirst()
                : Optional.of("must be a group, as { prompt = question }");
    }

    private static Optional<String> columnProblem(String name, ConfigValue column, List<String> names) {
        if (!names.contains(name)) {
            return Optional.of("has the unknown column '" + name + "'" + Nearest.hint(name, names) + "; known are "
                    + String.join(", ", names));
        }
        return ValueType.text().problem(column).map(problem -> "names no column of yours for '" + name + "'");
    }

    /** Names to scalars; which names there are depends on the format. */
    static ValueType options() {
        return value -> value instanceof ConfigObject options
                ? options.entrySet().stream()
                        .filter(option -> !ValueType.isScalar(option.getValue()))
                        .findFirst()
                        .map(option -> "gives '" + option.getKey() + "' no single value")
                : Optional.of("must be a group, as { delimiter = \";\" }");
    }

    /** Any depth of names to scalars. */
    static ValueType sparkSettings() {
        return value -> value instanceof ConfigObject settings
                ? settings.toConfig().entrySet().stream()
                        .map(entry -> Names.joined(entry.getKey()))
                        .filter(name -> !name.startsWith("spark."))
                        .sorted()
                        .findFirst()
                        .map(name -> "holds '" + name + "', but Spark reads only names that begin with spark.; write"
                                + " spark." + name + " in full")
                : Optional.of("must be a group of Spark's settings");
    }

    /** A list of named ability tests. */
    static ValueType tests() {
        return value -> value instanceof ConfigList tests
                ? tests.stream()
                        .flatMap(test -> testProblem(test).stream())
                        .findFirst()
                        .or(() -> twins(tests))
                : Optional.of("must be a list, as [ { name = sums, kind = exact-match, path = \"sums.jsonl\" } ]");
    }

    private static Optional<String> testProblem(ConfigValue test) {
        boolean whole = test instanceof ConfigObject group
                && group.keySet().equals(TEST_KEYS)
                && group.values().stream()
                        .allMatch(value -> ValueType.text().problem(value).isEmpty());
        if (!whole) {
            return Optional.of("needs name, kind and path, and nothing else, in every test");
        }
        return ValueType.choice(EvaluationTest.Kind.class)
                .problem(requireNonNull(((ConfigObject) test).get(KIND)))
                .map(problem -> "has a test '" + name(test) + "' whose kind " + problem);
    }

    private static Optional<String> twins(ConfigList tests) {
        Set<String> seen = new HashSet<>();
        return tests.stream()
                .map(GroupTypes::name)
                .filter(name -> !seen.add(name))
                .findFirst()
                .map(name -> "has two tests of the name '" + name + "'");
    }

    private static String name(ConfigValue test) {
        return ValueType.text(requireNonNull(((ConfigObject) test).get(NAME)));
    }
}

package io.trimtab.job.config;

import com.typesafe.config.ConfigObject;
import io.trimtab.data.files.CsvDialect;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.rows.RowSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one table: which belong to which format, and the source they make.
 *
 * @param group {@code data.train} or {@code evaluation.data}
 */
record SourceKeys(Values values, String group) {
    private static final List<String> PLACES = List.of("path", "table", "query");

    private static final Pattern QUERY = Pattern.compile(
            "(--[^\\n]*\\n|/\\*.*?\\*/|[\\s(])*(SELECT|WITH|VALUES|TABLE)\\b.*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** A key that cannot stand as it is, or that is missing, and why. */
    record Problem(String path, String text) {}

    /** SQL that gives rows; Spark would carry out any other statement at once. */
    static ValueType query() {
        return value -> ValueType.isScalar(value)
                        && QUERY.matcher(ValueType.text(value)).matches()
                ? Optional.empty()
                : Optional.of("must be a query: begin with SELECT, WITH, VALUES or TABLE");
    }

    /** Whether the group names any table. */
    boolean isSet() {
        return PLACES.stream().anyMatch(this::has);
    }

    /** The first problem; only where every key is sound by itself. */
    Optional<Problem> problem() {
        return Stream.<Optional<Problem>>of(place(), options(), order())
                .flatMap(Optional::stream)
                .findFirst();
    }

    DataSource source(Map<String, String> columns, RowSettings rows) {
        return new DataSource(format(), text("path"), text("table"), text("query"), optionValues(), columns, rows);
    }

    private Optional<Problem> place() {
        List<String> places = places();
        for (String name : List.of("path", "table")) {
            if (has(name) && !places.contains(name)) {
                return wrong(
                        name,
                        "does not go with format = " + format().key() + ", which takes " + String.join(" or ", places));
            }
        }
        long there = places.stream().filter(this::has).count();
        if (there == 0) {
            return wrong(places.get(0), missing());
        }
        return there == 1
                ? Optional.empty()
                : wrong("table", "cannot stand beside " + group + ".path; remove one of them");
    }

    private String missing() {
        return switch (format()) {
            case JSON, CSV, PARQUET -> "it names the training table, as " + group + ".path = \"pairs.jsonl\"";
            case DELTA, ICEBERG ->
                "it names the folder of the table; or set " + group + ".table to its name in a catalog";
            case TABLE -> "it names the table, as " + group + ".table = \"lake.preferences.pairs\"";
            case SQL ->
                "it gives the rows, as " + group
                        + ".query = \"SELECT prompt, answer AS completion, rating >= 4 AS label FROM lake.ratings\"";
        };
    }

    /** What can say where the rows are, the usual way first. */
    private List<String> places() {
        return switch (format()) {
            case JSON, CSV, PARQUET -> List.of("path");
            case DELTA, ICEBERG -> List.of("path", "table");
            case TABLE -> List.of("table");
            case SQL -> List.of("query");
        };
    }

    private Optional<Problem> options() {
        List<String> known = optionNames();
        Map<String, String> options = optionValues();
        Optional<String> unknown =
                options.keySet().stream().filter(name -> !known.contains(name)).findFirst();
        if (unknown.isPresent()) {
            String name = unknown.get();
            return wrong(
                    "options",
                    "has '" + name + "'" + Nearest.hint(name, known) + "; format = " + format().key()
                            + (known.isEmpty() ? " has no options" : " knows " + String.join(", ", known)));
        }
        if (format() == DataFormat.CSV) {
            try {
                CsvDialect.of(options);
            } catch (IllegalArgumentException e) {
                return wrong("options", String.valueOf(e.getMessage()));
            }
        }
        return Optional.empty();
    }

    private List<String> optionNames() {
        return switch (format()) {
            case JSON, PARQUET, TABLE, SQL -> List.of();
            case CSV -> CsvDialect.OPTIONS;
            case DELTA, ICEBERG -> List.of("versionAsOf", "timestampAsOf");
        };
    }

    private Map<String, String> optionValues() {
        Map<String, String> options = new TreeMap<>();
        ((ConfigObject) values.value(group + ".options").orElseThrow())
                .forEach((name, option) -> options.put(name, ValueType.text(option)));
        return options;
    }

    private Optional<Problem> order() {
        boolean asGiven =
                group.equals("data.train") && values.text("data.order").equals("as-given");
        if (!asGiven || (format().isFiles() && !has("query"))) {
            return Optional.empty();
        }
        return Optional.of(new Problem(
                "data.order",
                "needs files, whose rows have places; those of a "
                        + (has("query") ? "query" : "table")
                        + " come in any order, ORDER BY included; write them to Parquet or CSV in yours, or set"
                        + " data.order = shuffled"));
    }

    private DataFormat format() {
        return ValueType.constant(DataFormat.class, values.text(group + ".format"));
    }

    private boolean has(String name) {
        return values.value(group + "." + name).isPresent();
    }

    private @Nullable String text(String name) {
        return values.value(group + "." + name).map(ValueType::text).orElse(null);
    }

    private Optional<Problem> wrong(String name, String text) {
        return Optional.of(new Problem(group + "." + name, text));
    }
}

package io.trimtab.job.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.trimtab.data.CsvDialect;
import io.trimtab.data.DataFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Whether the keys of one table belong together.
 *
 * @param group {@code data.train} or {@code evaluation.data}
 * @param refuse takes the path of a key that is set and what is wrong with it
 */
record SourceChecks(Values values, String group, BiConsumer<String, String> refuse) {

    /** Only where format and options are sound by themselves. */
    void check() {
        DataFormat format = ValueType.constant(DataFormat.class, values.text(group + ".format"));
        options(format);
    }

    private void options(DataFormat format) {
        List<String> known = names(format);
        String path = group + ".options";
        Map<String, String> options = optionsOf(values, group);
        Optional<String> unknown =
                options.keySet().stream().filter(name -> !known.contains(name)).findFirst();
        if (unknown.isPresent()) {
            String name = unknown.get();
            refuse.accept(
                    path,
                    "has '" + name + "'" + Nearest.hint(name, known) + "; format = " + ValueType.name(format)
                            + (known.isEmpty() ? " has no options" : " knows " + String.join(", ", known)));
        } else if (format == DataFormat.CSV) {
            try {
                CsvDialect.of(options);
            } catch (IllegalArgumentException e) {
                refuse.accept(path, String.valueOf(e.getMessage()));
            }
        }
    }

    private static List<String> names(DataFormat format) {
        return switch (format) {
            case JSON, PARQUET -> List.of();
            case CSV -> CsvDialect.OPTIONS;
        };
    }

    /** Options by their names. */
    static Map<String, String> optionsOf(Values values, String group) {
        Map<String, String> options = new TreeMap<>();
        ConfigValue value = values.value(group + ".options").orElseThrow();
        ((ConfigObject) value).forEach((name, option) -> options.put(name, ValueType.text(option)));
        return options;
    }
}

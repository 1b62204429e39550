package io.trimtab.data;

import java.io.Serializable;
import java.util.Map;

/**
 * Where a table lies.
 *
 * @param options of the format's reader, by the names the format knows
 * @param columns Trimtab's column names to the table's; names that are not mapped stand for themselves
 */
public record DataSource(DataFormat format, String path, Map<String, String> options, Map<String, String> columns)
        implements Serializable {
    public DataSource {
        if (path.isBlank()) {
            throw new IllegalArgumentException("Path of the table is empty");
        }
        options = Map.copyOf(options);
        columns = Map.copyOf(columns);
    }

    /** A table of the format's own kind. */
    public DataSource(DataFormat format, String path, Map<String, String> columns) {
        this(format, path, Map.of(), columns);
    }
}

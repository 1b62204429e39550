package io.trimtab.data;

import java.io.Serializable;
import java.util.Map;

/**
 * Where a table lies.
 *
 * @param options of the format's reader, by the names the format knows
 * @param columns Trimtab's column names to the table's; names that are not mapped stand for themselves
 * @param rows how its rows are understood
 */
public record DataSource(
        DataFormat format, String path, Map<String, String> options, Map<String, String> columns, RowSettings rows)
        implements Serializable {
    public DataSource {
        if (path.isBlank()) {
            throw new IllegalArgumentException("Path of the table is empty");
        }
        options = Map.copyOf(options);
        columns = Map.copyOf(columns);
    }

    /** A table whose rows are taken as they come. */
    public DataSource(DataFormat format, String path, Map<String, String> options, Map<String, String> columns) {
        this(format, path, options, columns, RowSettings.DEFAULT);
    }

    /** A table of the format's own kind, whose rows are taken as they come. */
    public DataSource(DataFormat format, String path, Map<String, String> columns) {
        this(format, path, Map.of(), columns);
    }
}

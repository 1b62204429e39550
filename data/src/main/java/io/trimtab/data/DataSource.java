package io.trimtab.data;

import java.io.Serializable;
import java.util.Map;

/** Where a table lies; {@code columns} maps Trimtab's column names to the table's, names that are not mapped stand for themselves. */
public record DataSource(DataFormat format, String path, Map<String, String> columns) implements Serializable {
    public DataSource {
        if (path.isBlank()) {
            throw new IllegalArgumentException("Path of the table is empty");
        }
        columns = Map.copyOf(columns);
    }
}

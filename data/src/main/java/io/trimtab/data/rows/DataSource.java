package io.trimtab.data.rows;

import java.io.Serializable;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where a table lies.
 *
 * @param path of files, or of a Delta or Iceberg table
 * @param table its name in a catalog
 * @param query SQL that gives the rows, of any tables or, beside a path or table, of the view {@code rows}
 * @param options of the format's reader, by the names the format knows
 * @param columns Trimtab's column names to the table's; names that are not mapped stand for themselves
 * @param rows how its rows are understood
 */
public record DataSource(
        DataFormat format,
        @Nullable String path,
        @Nullable String table,
        @Nullable String query,
        Map<String, String> options,
        Map<String, String> columns,
        RowSettings rows)
        implements Serializable {
    public DataSource {
        if ((path == null ? 0 : 1) + (table == null ? 0 : 1) != (format == DataFormat.SQL ? 0 : 1)) {
            throw new IllegalArgumentException("A table has a path or a name, a query neither");
        }
        if (path != null && path.isBlank()) {
            throw new IllegalArgumentException("Path of the table is empty");
        }
        options = Map.copyOf(options);
        columns = Map.copyOf(columns);
    }

    /** A table whose rows are taken as they come. */
    public DataSource(
            DataFormat format,
            @Nullable String path,
            @Nullable String table,
            @Nullable String query,
            Map<String, String> options,
            Map<String, String> columns) {
        this(format, path, table, query, options, columns, RowSettings.DEFAULT);
    }

    /** Files of the format's own kind, whose rows are taken as they come. */
    public DataSource(DataFormat format, String path, Map<String, String> columns) {
        this(format, path, null, null, Map.of(), columns);
    }

    /** Path or table, for messages. */
    public String name() {
        return path != null ? path : table != null ? table : "the query";
    }

    /** Whether the rows are those of files, at their places there. */
    public boolean isFiles() {
        return format.isFiles() && query == null;
    }

    public DataSource withPath(UnaryOperator<String> change) {
        return path == null ? this : new DataSource(format, change.apply(path), table, query, options, columns, rows);
    }
}

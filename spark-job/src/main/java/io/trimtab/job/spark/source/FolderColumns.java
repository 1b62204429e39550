package io.trimtab.job.spark.source;

import io.trimtab.data.RawRow;
import io.trimtab.data.files.JsonLine;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Columns that stand in the names of folders, {@code label=1/part-0.jsonl}: what Spark and Hive leave out of the files of a table that they
 * part. As with Parquet they hold for all rows below, and before a column of the file itself; here they are text.
 */
final class FolderColumns {
    /** What stands for no value in the name of a folder. */
    private static final String NO_VALUE = "__HIVE_DEFAULT_PARTITION__";

    private FolderColumns() {}

    /** @param file name relative to the table's folder */
    static Map<String, @Nullable String> of(String file) {
        if (file.indexOf('=') < 0) {
            return Map.of();
        }
        Map<String, @Nullable String> columns = new LinkedHashMap<>();
        String[] parts = file.split("/", -1);
        for (String folder : Arrays.asList(parts).subList(0, parts.length - 1)) {
            int equals = folder.indexOf('=');
            if (equals > 0 && equals < folder.length() - 1) {
                String value = unescaped(folder.substring(equals + 1));
                columns.put(unescaped(folder.substring(0, equals)), value.equals(NO_VALUE) ? null : value);
            }
        }
        return columns;
    }

    /** The row with the columns of its folders. */
    static SourceRow with(SourceRow row, Map<String, String> columnMap) {
        Map<String, @Nullable String> columns = of(row.place().file());
        if (columns.isEmpty() || !(row.line() instanceof JsonLine.Row parsed)) {
            return row;
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(parsed.row().fields());
        fields.putAll(columns);
        return new SourceRow(
                row.place(), new JsonLine.Row(RawRow.of(fields, row.place().toString(), columnMap)));
    }

    /** Percent signs with two digits, as writers put for what a file system may not like. */
    private static String unescaped(String name) {
        try {
            return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return name; // a percent sign of its own
        }
    }
}

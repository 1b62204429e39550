package io.trimtab.job.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.Columns;
import io.trimtab.data.DataSource;
import io.trimtab.data.JsonLine;
import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowOutcome.Rejected;
import io.trimtab.data.TrainingStage;
import java.io.Serializable;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Parquet as rows of plain Java values with row numbers.
 *
 * <p>Text columns are fetched as bytes and decoded strictly: a writer may have stored bytes that are not UTF-8, and Spark would replace
 * them in silence. Lists, structs and maps (messages) come as JSON and become Lists and Maps.
 */
final class ParquetTable {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Parquet writes a checksum with every page and looks at none unless asked; a flipped bit would be another text. */
    private static final String VERIFY_CHECKSUMS = "parquet.page.verify-checksum.enabled";

    private ParquetTable() {}

    /** @throws io.trimtab.data.DataException if the table lacks a column that the stage cannot do without */
    static JavaRDD<SourceRow> rows(SparkSession session, SourceFiles files, DataSource source, TrainingStage stage) {
        String[] paths = files.paths().stream().map(Object::toString).toArray(String[]::new);
        Dataset<Row> table = session.read().option(VERIFY_CHECKSUMS, true).parquet(paths);
        List<StructField> fields = fields(table.schema(), source, stage);
        List<Column> selected = new ArrayList<>();
        selected.add(functions.col("_metadata.file_path"));
        selected.add(functions.col("_metadata.row_index"));
        List<ParquetField> kinds = new ArrayList<>();
        for (StructField field : fields) {
            Column column = table.col("`" + field.name() + "`");
            boolean text = field.dataType() instanceof StringType;
            boolean nested = isNested(field.dataType());
            selected.add(text ? column.cast("binary") : nested ? functions.to_json(column) : column);
            kinds.add(new ParquetField(field.name(), text, nested));
        }
        HashMap<String, String> names = new HashMap<>(files.names());
        HashMap<String, String> columnMap = new HashMap<>(source.columns());
        int tasks = session.sparkContext().defaultParallelism();
        JavaRDD<Row> rows = table.select(selected.toArray(Column[]::new)).toJavaRDD();
        return (rows.getNumPartitions() < tasks ? rows.repartition(tasks) : rows)
                .map(row -> sourceRow(row, kinds, names, columnMap));
    }

    private record ParquetField(String name, boolean text, boolean nested) implements Serializable {}

    private static List<StructField> fields(StructType schema, DataSource source, TrainingStage stage) {
        Columns columns = new Columns(source.columns());
        columns.requireIn(List.of(schema.fieldNames()), stage, source.rows(), source.path());
        Set<String> wanted = Columns.of(stage).stream().map(columns::inTable).collect(Collectors.toSet());
        return Stream.of(schema.fields())
                .filter(field -> wanted.contains(field.name()))
                .toList();
    }

    private static boolean isNested(DataType type) {
        String name = type.typeName();
        return name.startsWith("array") || name.startsWith("struct") || name.startsWith("map");
    }

    private static SourceRow sourceRow(
            Row row, List<ParquetField> kinds, Map<String, String> names, Map<String, String> columns) {
        String path = URI.create(row.getString(0)).getPath();
        Place place = new Place(names.getOrDefault(path, path), row.getLong(1) + 1);
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < kinds.size(); i++) {
            ParquetField field = kinds.get(i);
            try {
                fields.put(field.name(), value(row.get(i + 2), field));
            } catch (CharacterCodingException e) {
                String detail = "column " + field.name() + " has bytes that are not UTF-8";
                return new SourceRow(
                        place, new JsonLine.Bad(new Rejected(place.toString(), RejectionReason.NOT_UTF8, detail)));
            }
        }
        return new SourceRow(place, new JsonLine.Row(RawRow.of(fields, place.toString(), columns)));
    }

    private static @Nullable Object value(@Nullable Object stored, ParquetField field) throws CharacterCodingException {
        if (stored instanceof byte[] bytes && field.text()) {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        }
        if (stored instanceof String json && field.nested()) {
            try {
                return JSON.readValue(json, Object.class);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("Spark wrote JSON that Jackson cannot read, column " + field.name(), e);
            }
        }
        return stored;
    }
}

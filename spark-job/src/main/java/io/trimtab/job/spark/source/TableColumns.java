package io.trimtab.job.spark.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowOutcome.Rejected;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.files.JsonLine;
import io.trimtab.data.rows.Columns;
import io.trimtab.data.rows.DataSource;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a Dataset that a stage looks at, as plain Java values. Travels to executors.
 *
 * <p>Text columns are fetched as bytes and decoded strictly: a writer may have stored bytes that are not UTF-8, and Spark would replace
 * them in silence. Lists, structs and maps (messages) come as JSON and become Lists and Maps.
 */
record TableColumns(List<Field> fields, Map<String, String> columnMap) implements Serializable {
    private static final ObjectMapper JSON = new ObjectMapper();

    record Field(String name, boolean text, boolean nested) implements Serializable {}

    /** @throws io.trimtab.data.DataException if the table lacks a column that the stage cannot do without */
    static TableColumns of(Dataset<Row> table, DataSource source, String key, TrainingStage stage) {
        StructField[] there = table.schema().fields();
        Columns columns = new Columns(source.columns());
        columns.requireIn(List.of(table.schema().fieldNames()), stage, source.rows(), source.name(), key);
        Set<String> wanted = Columns.of(stage).stream().map(columns::inTable).collect(Collectors.toSet());
        return new TableColumns(
                Stream.of(there)
                        .filter(field -> wanted.contains(field.name()))
                        .map(field -> new Field(
                                field.name(), field.dataType() instanceof StringType, isNested(field.dataType())))
                        .collect(Collectors.toCollection(ArrayList::new)),
                Map.copyOf(source.columns()));
    }

    private static boolean isNested(DataType type) {
        String name = type.typeName();
        return name.startsWith("array") || name.startsWith("struct") || name.startsWith("map");
    }

    /** The columns as {@link #row} wants them, in its order. */
    List<Column> selected(Dataset<Row> table) {
        List<Column> selected = new ArrayList<>();
        for (Field field : fields) {
            Column column = column(table, field);
            selected.add(field.text() ? column.cast("binary") : field.nested() ? functions.to_json(column) : column);
        }
        return selected;
    }

    /** A hash, not negative, of all that a row says in these columns: of its JSON, where no value is no key. */
    Column hash(Dataset<Row> table) {
        Column[] named = fields.stream()
                .sorted(Comparator.comparing(Field::name))
                .map(field -> column(table, field))
                .toArray(Column[]::new);
        return functions.xxhash64(functions.to_json(functions.struct(named))).bitwiseAND(functions.lit(Long.MAX_VALUE));
    }

    /** Names and types, as Spark writes them. */
    String types(Dataset<Row> table) {
        return fields.stream()
                .map(field -> field.name() + " "
                        + table.schema().apply(field.name()).dataType().catalogString())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static Column column(Dataset<Row> table, Field field) {
        return table.col("`" + field.name().replace("`", "``") + "`");
    }

    /**
     * The row with its name.
     *
     * @param first where the selected columns begin in it
     */
    SourceRow row(Row row, int first, Place place) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (int i = 0; i < fields.size(); i++) {
            Field field = fields.get(i);
            try {
                values.put(field.name(), value(row.get(i + first), field));
            } catch (CharacterCodingException e) {
                String detail = "column " + field.name() + " has bytes that are not UTF-8";
                return new SourceRow(
                        place, new JsonLine.Bad(new Rejected(place.toString(), RejectionReason.NOT_UTF8, detail)));
            }
        }
        return new SourceRow(place, new JsonLine.Row(RawRow.of(values, place.toString(), columnMap)));
    }

    private static @Nullable Object value(@Nullable Object stored, Field field) throws CharacterCodingException {
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

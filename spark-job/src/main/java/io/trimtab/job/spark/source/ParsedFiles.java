package io.trimtab.job.spark.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.DataException;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowOutcome.Rejected;
import io.trimtab.data.VisibleText;
import io.trimtab.data.files.JsonLine;
import io.trimtab.data.rows.DataSource;
import io.trimtab.job.spark.cluster.SparkFailures;
import io.trimtab.job.spark.files.HadoopSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * JSON and CSV for Spark SQL, parsed by {@code data} all the same: what Spark's readers would mend or hide is rejected before it gets there.
 *
 * <p>Columns of CSV are text. Those of JSON have the type that fits all their values, which Spark finds; a row whose value Spark would turn
 * into another kind for that, as a list of messages into its text where other rows have text, is rejected.
 *
 * @param rows every sound row, with its place in the column {@code _row} beside its own
 * @param rejected the others
 */
record ParsedFiles(Dataset<Row> rows, JavaRDD<SourceRow> rejected, String identity) {
    private static final String ROW = "_row";
    private static final int EXAMPLES = 3;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** None for a format that Spark reads. */
    static Optional<ParsedFiles> of(SparkSession session, HadoopSettings hadoop, DataSource source, String key) {
        return switch (source.format()) {
            case JSON -> Optional.of(json(session, hadoop, source, key, SourceFiles.find(hadoop, source, key)));
            case CSV -> Optional.of(csv(session, hadoop, source, SourceFiles.find(hadoop, source, key)));
            case PARQUET, DELTA, ICEBERG, TABLE, SQL -> Optional.empty();
        };
    }

    private static ParsedFiles csv(SparkSession session, HadoopSettings hadoop, DataSource source, SourceFiles files) {
        CsvTable table = CsvTable.open(hadoop, files, source);
        List<String> names = new ArrayList<>(table.columns());
        if (!names.contains(ROW)) {
            names.add(ROW);
        }
        StructType schema = new StructType();
        for (String name : names) {
            schema = schema.add(name, DataTypes.StringType);
        }
        JavaRDD<SourceRow> parsed = table.rows(new JavaSparkContext(session.sparkContext()), files);
        JavaRDD<Row> rows = parsed.filter(row -> row.line() instanceof JsonLine.Row)
                .map(row -> {
                    Map<String, @Nullable Object> fields = fields(row);
                    return RowFactory.create(names.stream().map(fields::get).toArray());
                });
        return new ParsedFiles(session.createDataFrame(rows, schema), rejected(parsed), files.identity());
    }

    private static ParsedFiles json(
            SparkSession session, HadoopSettings hadoop, DataSource source, String key, SourceFiles files) {
        JavaRDD<SourceRow> parsed = JsonTable.rows(
                        new JavaSparkContext(session.sparkContext()), hadoop, files, source.columns())
                .map(ParsedFiles::encodable);
        StructType schema = SparkFailures.explained(
                source.name(), () -> session.read().json(texts(session, parsed)).schema());
        if (schema.isEmpty()) {
            throw noRow(source, key, rejected(parsed));
        }
        JavaRDD<SourceRow> judged = parsed.map(row -> fitting(row, schema));
        Dataset<Row> rows =
                session.read().schema(schema).option("mode", "FAILFAST").json(texts(session, judged));
        return new ParsedFiles(rows, rejected(judged), files.identity());
    }

    /** A query knows no column then, and would be refused for the first that it names. */
    private static DataException noRow(DataSource source, String key, JavaRDD<SourceRow> rejected) {
        Map<String, Long> reasons =
                new TreeMap<>(rejected.map(row -> rejection(row).reason().key()).countByValue());
        if (reasons.isEmpty()) {
            return new DataException("Cannot read " + source.name() + ": it has no rows; check " + key + ".path");
        }
        List<String> ids = rejected.map(row -> rejection(row).id()).take(EXAMPLES);
        return new DataException("Cannot read " + source.name() + ": "
                + reasons.values().stream().mapToLong(Long::longValue).sum() + " of its rows are rejected ("
                + reasons.entrySet().stream()
                        .map(reason -> reason.getKey() + ": " + reason.getValue())
                        .collect(Collectors.joining(", "))
                + "; for example " + ids.stream().map(VisibleText::of).collect(Collectors.joining(", "))
                + "), and no row is left for the query; check " + key
                + ".path and format");
    }

    private static Rejected rejection(SourceRow row) {
        return ((JsonLine.Bad) row.line()).rejection();
    }

    private static Dataset<String> texts(SparkSession session, JavaRDD<SourceRow> rows) {
        return session.createDataset(
                rows.filter(row -> row.line() instanceof JsonLine.Row)
                        .map(row -> text(fields(row)))
                        .rdd(),
                Encoders.STRING());
    }

    private static JavaRDD<SourceRow> rejected(JavaRDD<SourceRow> rows) {
        return rows.filter(row -> row.line() instanceof JsonLine.Bad);
    }

    /** The row's own fields and its place. */
    private static Map<String, @Nullable Object> fields(SourceRow row) {
        Map<String, @Nullable Object> fields =
                new LinkedHashMap<>(((JsonLine.Row) row.line()).row().fields());
        fields.putIfAbsent(ROW, row.place().toString());
        return fields;
    }

    private static String text(Map<String, @Nullable Object> fields) {
        try {
            return JSON.writeValueAsString(fields);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write what was read as JSON", e);
        }
    }

    /** Half of a surrogate pair, which Spark would replace. */
    private static SourceRow encodable(SourceRow row) {
        return row.line() instanceof JsonLine.Row
                        && !StandardCharsets.UTF_8.newEncoder().canEncode(text(fields(row)))
                ? bad(row, RejectionReason.NOT_UTF8, "text has an unpaired surrogate")
                : row;
    }

    private static SourceRow fitting(SourceRow row, StructType schema) {
        if (row.line() instanceof JsonLine.Row) {
            for (Map.Entry<String, @Nullable Object> field : fields(row).entrySet()) {
                if (!fits(field.getValue(), schema, field.getKey())) {
                    return bad(
                            row,
                            RejectionReason.WRONG_TYPE,
                            "column " + field.getKey() + " holds another kind of value than in other rows");
                }
            }
        }
        return row;
    }

    /** A name that the schema lacks has never held more than an empty object. */
    private static boolean fits(@Nullable Object value, StructType struct, String name) {
        int index = List.of(struct.fieldNames()).indexOf(name);
        return index < 0 || fits(value, struct.fields()[index].dataType());
    }

    private static boolean fits(@Nullable Object value, DataType type) {
        if (value == null) {
            return true;
        }
        if (type instanceof StructType struct) {
            return value instanceof Map<?, ?> map
                    && map.entrySet().stream()
                            .allMatch(field -> fits(field.getValue(), struct, String.valueOf(field.getKey())));
        }
        if (type instanceof ArrayType array) {
            return value instanceof List<?> list
                    && list.stream().allMatch(element -> fits(element, array.elementType()));
        }
        if (type.equals(DataTypes.BooleanType)) {
            return value instanceof Boolean;
        }
        return type.equals(DataTypes.StringType) ? value instanceof String : value instanceof Number;
    }

    private static SourceRow bad(SourceRow row, RejectionReason reason, String detail) {
        String id = ((JsonLine.Row) row.line()).row().id();
        return new SourceRow(row.place(), new JsonLine.Bad(new Rejected(id, reason, detail)));
    }
}

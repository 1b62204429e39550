package io.trimtab.job.spark.source;

import static java.util.Objects.requireNonNull;

import io.trimtab.data.DataException;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.rows.MessageCells;
import io.trimtab.job.spark.cluster.SparkFailures;
import io.trimtab.job.spark.files.HadoopSettings;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Rows that Spark SQL gives: a catalog's table, Delta, Iceberg, a query, or a query over files.
 *
 * <p>Such rows have no place of their own and come in any order, so a row's place is the hash of what it says in the columns that the stage
 * looks at. Hence the same rows lie in the same order however they are stored, and a table is known again by the number and the sum of the
 * hashes. That costs a pass over it and sees every change of every kind of table: versions, snapshots, files, views and joined tables.
 */
final class QueryTable implements Table {
    /** What a query calls the rows of the path or table beside it. */
    private static final String VIEW = "rows";

    private static final int MOST_TASKS_PER_CORE = 16;

    private final SparkSession session;
    private final HadoopSettings hadoop;
    private final DataSource source;
    private final String key;
    private final Optional<ParsedFiles> files;
    private final Map<TrainingStage, String> identities = new EnumMap<>(TrainingStage.class);
    private @Nullable RowHashes hashes;

    private QueryTable(
            SparkSession session, HadoopSettings hadoop, DataSource source, String key, Optional<ParsedFiles> files) {
        this.session = session;
        this.hadoop = hadoop;
        this.source = source;
        this.key = key;
        this.files = files;
    }

    static QueryTable open(SparkSession session, HadoopSettings hadoop, DataSource source, String key) {
        TableFormat.requireJar(source);
        Optional<ParsedFiles> files =
                SparkFailures.analysed(source.name(), key, () -> ParsedFiles.of(session, hadoop, source, key));
        return new QueryTable(session, hadoop, source, key, files);
    }

    /** Looked up anew each time: a query that draws at random draws once for each Dataset. */
    private Dataset<Row> table() {
        return analysed(() -> queried(files.map(ParsedFiles::rows).orElseGet(this::stored)));
    }

    private <T> T analysed(Supplier<T> work) {
        return SparkFailures.analysed(source.name(), key, work);
    }

    private Dataset<Row> stored() {
        return switch (source.format()) {
            case SQL -> session.sql(requireNonNull(source.query()));
            case TABLE -> session.table(requireNonNull(source.table()));
            case DELTA -> read(session.read().format("delta"));
            case ICEBERG -> read(session.read().format("iceberg"));
            case PARQUET -> ParquetTable.read(session, SourceFiles.find(hadoop, source, key), source, key);
            case JSON, CSV -> throw new IllegalStateException(source.format() + " is parsed by data");
        };
    }

    private Dataset<Row> read(DataFrameReader format) {
        DataFrameReader reader = format.options(source.options());
        return source.path() == null ? reader.table(requireNonNull(source.table())) : reader.load(source.path());
    }

    /** The view is gone when the next table is opened, which must not see it. */
    private Dataset<Row> queried(Dataset<Row> rows) {
        if (source.query() == null || source.format() == DataFormat.SQL) {
            return rows;
        }
        rows.createOrReplaceTempView(VIEW);
        try {
            return session.sql(source.query());
        } finally {
            session.catalog().dropTempView(VIEW);
        }
    }

    @Override
    public String identity(TrainingStage stage) {
        return identities.computeIfAbsent(stage, this::looked);
    }

    private String looked(TrainingStage stage) {
        Dataset<Row> table = table();
        TableColumns columns = TableColumns.of(table, source, key, stage);
        Dataset<Row> hashed = analysed(() -> table.select(columns.hash(table).alias("hash")));
        RowHashes found = SparkFailures.explained(source.name(), () -> RowHashes.of(hashed, "hash"));
        hashes = found;
        return source.format() + "\n" + columns.types(table) + "\n" + found + "\n"
                + files.map(ParsedFiles::identity).orElse("");
    }

    @Override
    public JavaRDD<SourceRow> rows(TrainingStage stage) {
        Dataset<Row> table = table();
        TableColumns columns = TableColumns.of(table, source, key, stage);
        Dataset<Row> placed = analysed(() -> {
            List<Column> selected = new ArrayList<>();
            selected.add(columns.hash(table));
            selected.addAll(columns.selected(table));
            return table.select(selected.toArray(Column[]::new));
        });
        String name = name();
        boolean cells = source.format() == DataFormat.CSV;
        Map<String, String> columnMap = columns.columnMap();
        JavaRDD<SourceRow> rows = spread(placed.toJavaRDD()).map(row -> {
            SourceRow read = columns.row(row, 1, new Place(name, row.getLong(0)));
            return cells ? new SourceRow(read.place(), MessageCells.in(read.line(), columnMap)) : read;
        });
        return files.map(parsed -> rows.union(parsed.rejected())).orElse(rows);
    }

    private JavaRDD<Row> spread(JavaRDD<Row> rows) {
        int cores = session.sparkContext().defaultParallelism();
        int most = cores * MOST_TASKS_PER_CORE;
        if (rows.getNumPartitions() < cores) {
            return rows.repartition(cores);
        }
        return rows.getNumPartitions() > most ? rows.coalesce(most) : rows;
    }

    /** Of the rows' places: the table, or the last word of a path; not the name of a file, at whose places rows lie that could not be parsed. */
    private String name() {
        String last = source.name().substring(source.name().lastIndexOf('/') + 1);
        return files.isPresent() ? "query of " + last : last;
    }

    @Override
    public boolean isInOrder() {
        return false;
    }

    @Override
    public void requireUnchanged(TrainingStage stage, JavaRDD<Place> read) {
        String name = name();
        RowHashes now = RowHashes.of(
                read.filter(place -> place.part() == 0 && place.file().equals(name)));
        if (!now.equals(hashes)) {
            throw new DataException(
                    "Cannot use the rows of " + source.name() + ": they were others when they were looked"
                            + " at before; a table that is written to needs a fixed version, and a query must give the"
                            + " same rows each time (no rand, no current_timestamp, no limit without an order)");
        }
    }
}

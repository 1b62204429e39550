package io.trimtab.job.spark.source;

import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.rows.MessageCells;
import io.trimtab.job.spark.files.HadoopSettings;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Files whose rows have a place of their own: a line or a row number. */
record FileTable(SparkSession session, HadoopSettings hadoop, DataSource source, String key, SourceFiles files)
        implements Table {
    private static final long BYTES_PER_TASK = 16L << 20;

    @Override
    public String identity(TrainingStage stage) {
        return source.format() + "\n" + files.identity();
    }

    @Override
    public JavaRDD<SourceRow> rows(TrainingStage stage) {
        JavaSparkContext spark = new JavaSparkContext(session.sparkContext());
        return switch (source.format()) {
            case JSON -> JsonTable.rows(spark, hadoop, files, source.columns());
            case CSV -> csv(spark, stage);
            case PARQUET -> parquet(stage);
            case DELTA, ICEBERG, TABLE, SQL ->
                throw new IllegalStateException(source.format() + " is no format of files");
        };
    }

    private JavaRDD<SourceRow> parquet(TrainingStage stage) {
        JavaRDD<SourceRow> rows = ParquetTable.rows(session, files, source, key, stage);
        long bySize = files.bytes() / BYTES_PER_TASK;
        long tasks = Math.max(bySize, 4L * session.sparkContext().defaultParallelism());
        return rows.getNumPartitions() > tasks ? rows.coalesce((int) tasks) : rows;
    }

    private JavaRDD<SourceRow> csv(JavaSparkContext spark, TrainingStage stage) {
        CsvTable table = CsvTable.open(hadoop, files, source);
        table.requireColumns(stage, source.rows(), key);
        Map<String, String> columns = source.columns();
        return table.rows(spark, files).map(row -> new SourceRow(row.place(), MessageCells.in(row.line(), columns)));
    }

    /** Spark deals out the parts of Parquet files by their size. */
    @Override
    public boolean isInOrder() {
        return source.format() != DataFormat.PARQUET;
    }

    /** Files that change while they are read are their writer's mistake; what was read stays what was written down. */
    @Override
    public void requireUnchanged(TrainingStage stage, JavaRDD<Place> read) {}
}

package io.trimtab.job.spark.source;

import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.rows.MessageCells;
import io.trimtab.job.spark.files.HadoopSettings;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Files whose rows have a place of their own: a line or a row number. */
record FileTable(SparkSession session, HadoopSettings hadoop, DataSource source, SourceFiles files) implements Table {
    private static final long BYTES_PER_TASK = 16L << 20;

    @Override
    public String identity(TrainingStage stage) {
        return source.format() + "\n" + files.identity();
    }

    @Override
    public JavaRDD<SourceRow> rows(TrainingStage stage) {
        JavaRDD<SourceRow> rows = readRows(stage);
        long bySize = files.bytes() / BYTES_PER_TASK;
        long tasks = Math.max(bySize, 4L * session.sparkContext().defaultParallelism());
        return rows.getNumPartitions() > tasks ? rows.coalesce((int) tasks) : rows;
    }

    private JavaRDD<SourceRow> readRows(TrainingStage stage) {
        JavaSparkContext spark = new JavaSparkContext(session.sparkContext());
        return switch (source.format()) {
            case JSON -> JsonTable.rows(spark, hadoop, files, source.columns());
            case CSV -> csv(spark, stage);
            case PARQUET -> ParquetTable.rows(session, files, source, stage);
            case DELTA, ICEBERG, TABLE, SQL ->
                throw new IllegalStateException(source.format() + " is no format of files");
        };
    }

    private JavaRDD<SourceRow> csv(JavaSparkContext spark, TrainingStage stage) {
        CsvTable table = CsvTable.open(hadoop, files, source);
        table.requireColumns(stage, source.rows());
        Map<String, String> columns = source.columns();
        return table.rows(spark).map(row -> new SourceRow(row.place(), MessageCells.in(row.line(), columns)));
    }

    /** Files that change while they are read are their writer's mistake; what was read stays what was written down. */
    @Override
    public void requireUnchanged(TrainingStage stage, JavaRDD<Place> read) {}
}

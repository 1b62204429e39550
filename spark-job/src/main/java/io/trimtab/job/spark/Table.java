package io.trimtab.job.spark;

import io.trimtab.data.DataSource;
import io.trimtab.data.TrainingStage;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** A user's table: its files, found at once, and its rows, read by the executors. Driver only. */
final class Table {
    private static final long BYTES_PER_TASK = 16L << 20;

    private final SparkSession session;
    private final HadoopSettings hadoop;
    private final DataSource source;
    private final SourceFiles files;

    private Table(SparkSession session, HadoopSettings hadoop, DataSource source, SourceFiles files) {
        this.session = session;
        this.hadoop = hadoop;
        this.source = source;
        this.files = files;
    }

    /** @param key the configuration key that names the table, for messages: {@code data.train} */
    static Table open(SparkSession session, HadoopSettings hadoop, DataSource source, String key) {
        return new Table(session, hadoop, source, SourceFiles.find(hadoop, source, key));
    }

    String identity() {
        return source.format() + "\n" + files.identity();
    }

    /**
     * The rows in partitions of a useful size: a task opens the tokenizer, which costs as much as a thousand rows, so many small files are read
     * by few tasks.
     *
     * @param stage decides which columns matter
     */
    JavaRDD<SourceRow> rows(TrainingStage stage) {
        JavaRDD<SourceRow> rows = readRows(stage);
        long bySize = files.bytes() / BYTES_PER_TASK;
        long tasks = Math.max(bySize, 4L * session.sparkContext().defaultParallelism());
        return rows.getNumPartitions() > tasks ? rows.coalesce((int) tasks) : rows;
    }

    private JavaRDD<SourceRow> readRows(TrainingStage stage) {
        Map<String, String> columns = source.columns();
        return switch (source.format()) {
            case JSON -> JsonTable.rows(new JavaSparkContext(session.sparkContext()), hadoop, files, columns);
            case CSV -> CsvTable.rows(new JavaSparkContext(session.sparkContext()), hadoop, files, source, stage);
            case PARQUET -> ParquetTable.rows(session, files, source, stage);
        };
    }
}

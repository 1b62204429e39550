package io.trimtab.job.spark;

import io.trimtab.data.DataSource;
import io.trimtab.data.TrainingStage;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** A user's table: its files, found at once, and its rows, read by the executors. Driver only. */
final class Table {
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

    /** @param stage decides which columns matter */
    JavaRDD<SourceRow> rows(TrainingStage stage) {
        Map<String, String> columns = source.columns();
        return switch (source.format()) {
            case JSON ->
                JsonTable.rows(new JavaSparkContext(session.sparkContext()), hadoop.configuration(), files, columns);
            case PARQUET -> ParquetTable.rows(session, files, source, stage);
        };
    }
}

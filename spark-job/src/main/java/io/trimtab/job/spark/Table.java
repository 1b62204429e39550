package io.trimtab.job.spark;

import io.trimtab.data.DataSource;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** A user's table: its files, found at once, and its rows, read by the executors. Driver only. */
final class Table {
    private final SparkSession session;
    private final HadoopSettings hadoop;
    private final DataSource source;
    private final SourceFiles files;
    private final String key;

    private Table(SparkSession session, HadoopSettings hadoop, DataSource source, SourceFiles files, String key) {
        this.session = session;
        this.hadoop = hadoop;
        this.source = source;
        this.files = files;
        this.key = key;
    }

    /** @param key the configuration key that names the table, for messages: {@code data.train} */
    static Table open(SparkSession session, HadoopSettings hadoop, DataSource source, String key) {
        return new Table(session, hadoop, source, SourceFiles.find(hadoop, source, key), key);
    }

    String identity() {
        return source.format() + "\n" + files.identity();
    }

    /** @param wanted Trimtab's column names that the stage can use */
    JavaRDD<SourceRow> rows(Set<String> wanted) {
        Map<String, String> columns = source.columns();
        return switch (source.format()) {
            case JSON ->
                JsonTable.rows(new JavaSparkContext(session.sparkContext()), hadoop.configuration(), files, columns);
            case PARQUET -> ParquetTable.rows(session, files, columns, wanted, key);
        };
    }
}

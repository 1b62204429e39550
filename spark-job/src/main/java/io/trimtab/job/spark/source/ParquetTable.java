package io.trimtab.job.spark.source;

import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.DataSource;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** Parquet as rows with row numbers. */
final class ParquetTable {
    /** Parquet writes a checksum with every page and looks at none unless asked; a flipped bit would be another text. */
    private static final String VERIFY_CHECKSUMS = "parquet.page.verify-checksum.enabled";

    private ParquetTable() {}

    static Dataset<Row> read(SparkSession session, SourceFiles files) {
        String[] paths = files.paths().stream().map(Object::toString).toArray(String[]::new);
        return session.read().option(VERIFY_CHECKSUMS, true).parquet(paths);
    }

    /** @throws io.trimtab.data.DataException if the table lacks a column that the stage cannot do without */
    static JavaRDD<SourceRow> rows(SparkSession session, SourceFiles files, DataSource source, TrainingStage stage) {
        Dataset<Row> table = read(session, files);
        TableColumns columns = TableColumns.of(table, source, stage);
        List<Column> selected = new ArrayList<>();
        selected.add(functions.col("_metadata.file_path"));
        selected.add(functions.col("_metadata.row_index"));
        selected.addAll(columns.selected(table));
        HashMap<String, String> names = new HashMap<>(files.names());
        int tasks = session.sparkContext().defaultParallelism();
        JavaRDD<Row> rows = table.select(selected.toArray(Column[]::new)).toJavaRDD();
        return (rows.getNumPartitions() < tasks ? rows.repartition(tasks) : rows).map(row -> {
            String path = URI.create(row.getString(0)).getPath();
            return columns.row(row, 2, new Place(names.getOrDefault(path, path), row.getLong(1) + 1));
        });
    }
}

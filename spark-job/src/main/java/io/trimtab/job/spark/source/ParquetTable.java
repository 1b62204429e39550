package io.trimtab.job.spark.source;

import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.DataSource;
import io.trimtab.job.spark.cluster.SparkFailures;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** Parquet as rows with row numbers. */
final class ParquetTable {
    /** Parquet writes a checksum with every page and looks at none unless asked; a flipped bit would be another text. */
    private static final String VERIFY_CHECKSUMS = "parquet.page.verify-checksum.enabled";

    private ParquetTable() {}

    /**
     * All columns that any of the files has, and those of folders {@code column=value}: a column that the first file lacks is not overlooked.
     *
     * @param key the configuration key that names the table
     * @throws io.trimtab.data.DataException if the files do not fit each other
     */
    static Dataset<Row> read(SparkSession session, SourceFiles files, DataSource source, String key) {
        String[] paths = files.paths().stream().map(Object::toString).toArray(String[]::new);
        DataFrameReader reader = session.read()
                .option(VERIFY_CHECKSUMS, true)
                .option("mergeSchema", files.paths().size() > 1);
        Path folder = files.folder();
        DataFrameReader based = folder == null ? reader : reader.option("basePath", folder.toString());
        return SparkFailures.fitting(source.name(), key, () -> based.parquet(paths));
    }

    /** @throws io.trimtab.data.DataException if the table lacks a column that the stage cannot do without */
    static JavaRDD<SourceRow> rows(
            SparkSession session, SourceFiles files, DataSource source, String key, TrainingStage stage) {
        Dataset<Row> table = read(session, files, source, key);
        TableColumns columns = TableColumns.of(table, source, key, stage);
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

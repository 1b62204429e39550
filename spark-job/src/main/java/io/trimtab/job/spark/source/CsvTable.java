package io.trimtab.job.spark.source;

import static java.util.Objects.requireNonNull;

import io.trimtab.data.DataException;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.files.CsvDialect;
import io.trimtab.data.files.CsvReader;
import io.trimtab.data.files.CsvRecord;
import io.trimtab.data.files.CsvRows;
import io.trimtab.data.rows.Columns;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.rows.RowSettings;
import io.trimtab.job.checkpoint.Shown;
import io.trimtab.job.spark.files.HadoopSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * CSV with line numbers, plain or compressed. Spark and Hadoop deliver bytes only, for Spark's own reader mends what is wrong in silence. A
 * row may hold line breaks, so one task reads a file from its beginning; the rows are dealt out before the expensive part. Travels to
 * executors.
 *
 * @param headers by the files' paths
 * @param names of the files as {@link FolderColumns} reads them, by their paths; empty where the table is not parted
 */
record CsvTable(
        HadoopSettings hadoop,
        CsvDialect dialect,
        Map<String, String> columnMap,
        Map<String, CsvRows> headers,
        Map<String, String> names)
        implements Serializable {

    /**
     * Reads the headers.
     *
     * @throws DataException if one cannot be used
     */
    static CsvTable open(HadoopSettings hadoop, SourceFiles files, DataSource source) {
        CsvDialect dialect = CsvDialect.of(source.options());
        Map<String, CsvRows> headers = files.inspected(path -> header(hadoop, path, dialect));
        Map<String, String> names = new LinkedHashMap<>();
        if (files.isParted()) {
            Map<String, String> known = files.names();
            headers.keySet()
                    .forEach(path -> names.put(
                            path, known.getOrDefault(new Path(path).toUri().getPath(), "")));
        }
        return new CsvTable(hadoop, dialect, source.columns(), headers, names);
    }

    private static CsvRows header(HadoopSettings hadoop, Path path, CsvDialect dialect) {
        try (InputStream in = SourceFiles.open(hadoop.configuration(), path)) {
            CsvReader reader = CsvReader.open(in, dialect, Shown.path(path));
            if (!reader.hasNext()) {
                throw new DataException("Cannot read " + Shown.path(path) + ": it has no header; remove it");
            }
            return CsvRows.of(reader.next(), dialect, Shown.path(path));
        } catch (IOException e) {
            throw SourceFiles.unreadable(path, e);
        }
    }

    /** The columns of all files, each once; a file may lack some. */
    List<String> columns() {
        Set<String> columns = new LinkedHashSet<>();
        headers.keySet().forEach(path -> columns.addAll(columns(path)));
        columns.remove("");
        return List.copyOf(columns);
    }

    /** The columns of a file, those of its folders among them. */
    private Set<String> columns(String path) {
        Set<String> columns =
                new LinkedHashSet<>(requireNonNull(headers.get(path)).header());
        columns.addAll(FolderColumns.of(names.getOrDefault(path, "")).keySet());
        return columns;
    }

    /**
     * @param key the configuration key that names the table
     * @throws DataException if a file lacks a column that the stage cannot do without
     */
    void requireColumns(TrainingStage stage, RowSettings settings, String key) {
        Columns columns = new Columns(columnMap);
        headers.keySet()
                .forEach(path -> columns.requireIn(columns(path), stage, settings, Shown.path(new Path(path)), key));
    }

    /** Every cell as text. The partitions hold the rows in the table's order. */
    JavaRDD<SourceRow> rows(JavaSparkContext spark, SourceFiles files) {
        int cores = spark.defaultParallelism();
        FileTasks tasks = files.tasks(cores, path -> false);
        JavaRDD<PlacedRecord> records = spark.parallelize(
                        tasks.ranges(), tasks.ranges().size())
                .flatMap(own -> new RangeRows<>(hadoop.configuration(), own, this::records));
        JavaRDD<SourceRow> rows = (tasks.uneven() ? DealtOut.inOrder(records, cores) : records)
                .map(record -> new SourceRow(
                        record.place(),
                        requireNonNull(headers.get(record.path()))
                                .row(record.record(), record.place().toString(), columnMap)));
        return names.isEmpty() ? rows : rows.map(row -> FolderColumns.with(row, columnMap));
    }

    private record PlacedRecord(String path, Place place, CsvRecord record) implements Serializable {}

    private Iterator<PlacedRecord> records(InputStream in, FileRange file) {
        CsvReader reader = CsvReader.open(in, dialect, Shown.path(new Path(file.path())));
        if (dialect.header()) {
            reader.next();
        }
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return reader.hasNext();
            }

            @Override
            public PlacedRecord next() {
                CsvRecord record = reader.next();
                return new PlacedRecord(file.path(), new Place(file.name(), record.line()), record);
            }
        };
    }
}

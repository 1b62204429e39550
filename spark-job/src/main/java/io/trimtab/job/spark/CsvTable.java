package io.trimtab.job.spark;

import io.trimtab.data.Columns;
import io.trimtab.data.CsvDialect;
import io.trimtab.data.CsvReader;
import io.trimtab.data.CsvRecord;
import io.trimtab.data.CsvRows;
import io.trimtab.data.DataException;
import io.trimtab.data.DataSource;
import io.trimtab.data.MessageCells;
import io.trimtab.data.TrainingStage;
import io.trimtab.job.checkpoint.Shown;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * CSV with line numbers, plain or compressed. Spark and Hadoop deliver bytes only, for Spark's own reader mends what is wrong in silence. A
 * row may hold line breaks, so one task reads a file from its beginning; the rows are dealt out before the expensive part.
 */
final class CsvTable {
    private CsvTable() {}

    /** @throws DataException if a file lacks a column that the stage cannot do without */
    static JavaRDD<SourceRow> rows(
            JavaSparkContext spark, HadoopSettings hadoop, SourceFiles files, DataSource source, TrainingStage stage) {
        CsvDialect dialect = CsvDialect.of(source.options());
        Columns columns = new Columns(source.columns());
        HashMap<String, String> names = new HashMap<>(files.names());
        HashMap<String, CsvRows> headers = new HashMap<>();
        for (Path path : files.paths()) {
            CsvRows header = header(hadoop.configuration(), path, dialect);
            columns.requireIn(header.header(), stage, source.rows(), Shown.path(path));
            headers.put(name(path, names), header);
        }
        HashMap<String, String> columnMap = new HashMap<>(source.columns());
        List<String> paths = files.paths().stream().map(Path::toString).toList();
        JavaRDD<PlacedRecord> records = spark.parallelize(paths, paths.size())
                .flatMap(path -> records(hadoop.configuration(), new Path(path), dialect, names));
        int tasks = spark.defaultParallelism();
        JavaRDD<PlacedRecord> spread = records.getNumPartitions() < tasks ? records.repartition(tasks) : records;
        return spread.map(record -> {
            CsvRows rows = headers.get(record.place().file());
            if (rows == null) {
                throw new IllegalStateException(
                        "A file came without its header: " + record.place().file());
            }
            return new SourceRow(
                    record.place(),
                    MessageCells.in(rows.row(record.record(), record.place().toString(), columnMap), columnMap));
        });
    }

    private record PlacedRecord(Place place, CsvRecord record) implements Serializable {}

    private static CsvRows header(Configuration hadoop, Path path, CsvDialect dialect) {
        try (InputStream in = SourceFiles.open(hadoop, path)) {
            CsvReader reader = CsvReader.open(in, dialect, Shown.path(path));
            if (!reader.hasNext()) {
                throw new DataException("Cannot read " + Shown.path(path) + ": it has no header; remove it");
            }
            return CsvRows.of(reader.next(), dialect, Shown.path(path));
        } catch (IOException e) {
            throw new DataException("Cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    private static Iterator<PlacedRecord> records(
            Configuration hadoop, Path path, CsvDialect dialect, Map<String, String> names) throws IOException {
        CsvReader reader = CsvReader.open(SourceFiles.openInTask(hadoop, path), dialect, Shown.path(path));
        if (dialect.header()) {
            reader.next();
        }
        String name = name(path, names);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return reader.hasNext();
            }

            @Override
            public PlacedRecord next() {
                CsvRecord record = reader.next();
                return new PlacedRecord(new Place(name, record.line()), record);
            }
        };
    }

    private static String name(Path path, Map<String, String> names) {
        String file = path.toUri().getPath();
        return names.getOrDefault(file, file);
    }
}

package io.trimtab.job.spark.source;

import io.trimtab.data.files.JsonArray;
import io.trimtab.data.files.JsonLine;
import io.trimtab.data.files.JsonLines;
import io.trimtab.data.files.RowSize;
import io.trimtab.job.checkpoint.Shown;
import io.trimtab.job.spark.files.HadoopSettings;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * JSON Lines with line numbers, and files that are one JSON array with the numbers of their elements, plain or compressed. Spark and Hadoop deliver bytes only: deciding what is text is {@code
 * data}'s, which must see a line that is not UTF-8 to reject it. The partitions hold the rows in the table's order.
 */
final class JsonTable {
    private static final int HEAD_BYTES = 4096;
    private static final int BUFFER_BYTES = 1 << 16;

    private JsonTable() {}

    static JavaRDD<SourceRow> rows(
            JavaSparkContext spark, HadoopSettings hadoop, SourceFiles files, Map<String, String> columns) {
        HashMap<String, String> columnMap = new HashMap<>(columns);
        JavaRDD<SourceRow> rows = lines(spark, hadoop, files)
                .map(line -> new SourceRow(line.place(), parsed(line, columnMap)))
                .filter(row -> !(row.line() instanceof JsonLine.Blank));
        return files.isParted() ? rows.map(row -> FolderColumns.with(row, columnMap)) : rows;
    }

    private static JavaRDD<RawLine> lines(JavaSparkContext spark, HadoopSettings hadoop, SourceFiles files) {
        Set<String> arrays = arrays(hadoop, files);
        FileTasks tasks = files.tasks(spark.defaultParallelism(), path -> !arrays.contains(path.toString()));
        List<List<FileRange>> ranges = LineCounts.numbered(spark, hadoop, tasks.ranges());
        JavaRDD<RawLine> lines = spark.parallelize(ranges, ranges.size())
                .flatMap(own -> new RangeRows<>(
                        hadoop.configuration(),
                        own,
                        (in, range) -> arrays.contains(range.path()) ? elements(in, range) : lines(in, range)));
        return tasks.uneven() ? DealtOut.inOrder(lines, spark.defaultParallelism()) : lines;
    }

    /** @param tooLong whether it has more bytes than are kept */
    private record RawLine(Place place, byte[] bytes, boolean tooLong) implements Serializable {}

    private static JsonLine parsed(RawLine line, Map<String, String> columns) {
        String id = line.place().toString();
        return line.tooLong() ? RowSize.tooLarge(id) : JsonLines.parse(line.bytes(), id, columns);
    }

    private static Set<String> arrays(HadoopSettings hadoop, SourceFiles files) {
        return new HashSet<>(files.inspected(path -> isArray(hadoop.configuration(), path) ? path.toString() : "")
                .values());
    }

    /** Looks at the first bytes, enough to tell one JSON array or Parquet from lines. */
    private static boolean isArray(Configuration hadoop, Path path) {
        try (InputStream in = SourceFiles.open(hadoop, path)) {
            return JsonLines.isArray(in.readNBytes(HEAD_BYTES), Shown.path(path));
        } catch (IOException e) {
            throw SourceFiles.unreadable(path, e);
        }
    }

    /** The elements of one array, read as they are asked for. */
    private static Iterator<RawLine> elements(InputStream in, FileRange range) {
        JsonArray array = JsonArray.open(new BufferedInputStream(in, BUFFER_BYTES), Shown.path(new Path(range.path())));
        return new Iterator<>() {
            private long number;

            @Override
            public boolean hasNext() {
                return array.hasNext();
            }

            @Override
            public RawLine next() {
                byte[] element = array.next();
                return new RawLine(new Place(range.name(), ++number), element, array.isTooLarge());
            }
        };
    }

    /** Blank lines are counted as lines and are no rows, which parsing finds out. */
    private static Iterator<RawLine> lines(InputStream in, FileRange range) {
        FileLines lines = new FileLines(in, range);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return lines.hasNext();
            }

            @Override
            public RawLine next() {
                byte[] line = lines.next();
                return new RawLine(new Place(range.name(), lines.number()), line, lines.isTooLong());
            }
        };
    }
}

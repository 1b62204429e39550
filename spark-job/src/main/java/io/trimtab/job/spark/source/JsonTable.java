package io.trimtab.job.spark.source;

import io.trimtab.data.DataException;
import io.trimtab.data.files.JsonArray;
import io.trimtab.data.files.JsonLine;
import io.trimtab.data.files.JsonLines;
import io.trimtab.job.checkpoint.Shown;
import io.trimtab.job.spark.files.HadoopSettings;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.input.FileSplit;
import org.apache.hadoop.mapreduce.lib.input.TextInputFormat;
import org.apache.spark.api.java.JavaNewHadoopRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * JSON Lines with line numbers, and files that are one JSON array with the numbers of their elements, plain or compressed. Spark and Hadoop deliver bytes only: deciding what is text is {@code
 * data}'s, which must see a line that is not UTF-8 to reject it.
 */
final class JsonTable {
    /** Hadoop would also end a line at a lone carriage return, which JSON allows between tokens. */
    private static final String DELIMITER = "textinputformat.record.delimiter";

    private static final int HEAD_BYTES = 4096;
    private static final int BUFFER_BYTES = 1 << 16;

    private JsonTable() {}

    static JavaRDD<SourceRow> rows(
            JavaSparkContext spark, HadoopSettings hadoop, SourceFiles files, Map<String, String> columns) {
        HashMap<String, String> names = new HashMap<>(files.names());
        List<Path> ofLines = new ArrayList<>();
        List<String> arrays = new ArrayList<>();
        for (Path path : files.paths()) {
            if (isArray(hadoop.configuration(), path)) {
                arrays.add(path.toString());
            } else {
                ofLines.add(path);
            }
        }
        List<JavaRDD<RawLine>> parts = new ArrayList<>();
        if (!ofLines.isEmpty()) {
            parts.add(lines(spark, hadoop.configuration(), ofLines, names));
        }
        if (!arrays.isEmpty()) {
            parts.add(spark.parallelize(arrays, arrays.size())
                    .flatMap(path -> elements(hadoop.configuration(), new Path(path), names)));
        }
        JavaRDD<RawLine> numbered =
                parts.size() == 1 ? parts.get(0) : parts.get(0).union(parts.get(1));
        HashMap<String, String> columnMap = new HashMap<>(columns);
        // A compressed file is one split: its lines are dealt out before the expensive part.
        int tasks = spark.defaultParallelism();
        JavaRDD<RawLine> spread = numbered.getNumPartitions() < tasks ? numbered.repartition(tasks) : numbered;
        return spread.map(line -> new SourceRow(
                        line.place(), JsonLines.parse(line.bytes(), line.place().toString(), columnMap)))
                .filter(row -> !(row.line() instanceof JsonLine.Blank));
    }

    private record RawLine(Place place, byte[] bytes) implements Serializable {}

    /** Looks at the first bytes, enough to tell one JSON array or Parquet from lines. */
    private static boolean isArray(Configuration hadoop, Path path) {
        try (InputStream in = SourceFiles.open(hadoop, path)) {
            return JsonLines.isArray(in.readNBytes(HEAD_BYTES), Shown.path(path));
        } catch (IOException e) {
            throw new DataException("Cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    /** The elements of one array, read as they are asked for. */
    private static Iterator<RawLine> elements(Configuration hadoop, Path path, Map<String, String> names)
            throws IOException {
        String file = path.toUri().getPath();
        String name = names.getOrDefault(file, file);
        InputStream in = new BufferedInputStream(SourceFiles.openInTask(hadoop, path), BUFFER_BYTES);
        JsonArray array = JsonArray.open(in, Shown.path(path));
        return new Iterator<>() {
            private long number;

            @Override
            public boolean hasNext() {
                return array.hasNext();
            }

            @Override
            public RawLine next() {
                return new RawLine(new Place(name, ++number), array.next());
            }
        };
    }

    private static JavaRDD<RawLine> lines(
            JavaSparkContext spark, Configuration hadoop, List<Path> paths, Map<String, String> names) {
        JavaNewHadoopRDD<LongWritable, Text> lines = lines(spark, hadoop, paths);
        Map<String, Long> firstLines = firstLines(lines, paths.size());
        return lines.mapPartitionsWithInputSplit(
                (split, rows) -> {
                    FileSplit part = (FileSplit) split;
                    return new NumberedLines(rows, nameOf(part, names), firstLines.getOrDefault(key(part), 1L));
                },
                false);
    }

    @SuppressWarnings("unchecked") // what newAPIHadoopRDD returns, under a wider type
    private static JavaNewHadoopRDD<LongWritable, Text> lines(
            JavaSparkContext spark, Configuration hadoop, List<Path> paths) {
        try {
            Job job = Job.getInstance(hadoop);
            FileInputFormat.setInputPaths(job, paths.toArray(Path[]::new));
            job.getConfiguration().set(DELIMITER, "\n");
            return (JavaNewHadoopRDD<LongWritable, Text>) spark.newAPIHadoopRDD(
                    job.getConfiguration(), TextInputFormat.class, LongWritable.class, Text.class);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot set up the reader of JSON Lines", e);
        }
    }

    /** Line number at which each split begins; costs a pass over the bytes where a file has more than one split. */
    private static Map<String, Long> firstLines(JavaNewHadoopRDD<LongWritable, Text> lines, int files) {
        HashMap<String, Long> first = new HashMap<>();
        if (lines.getNumPartitions() <= files) {
            return first;
        }
        List<SplitLines> counts = new ArrayList<>(
                lines.mapPartitionsWithInputSplit(JsonTable::count, false).collect());
        counts.sort(Comparator.comparing(SplitLines::file).thenComparingLong(SplitLines::start));
        String file = "";
        long next = 1;
        for (SplitLines split : counts) {
            next = split.file().equals(file) ? next : 1;
            file = split.file();
            first.put(key(split.file(), split.start()), next);
            next += split.lines();
        }
        return first;
    }

    private record SplitLines(String file, long start, long lines) implements Serializable {}

    private static Iterator<SplitLines> count(InputSplit split, Iterator<Tuple2<LongWritable, Text>> rows) {
        long lines = 0;
        while (rows.hasNext()) {
            rows.next();
            lines++;
        }
        FileSplit part = (FileSplit) split;
        return List.of(new SplitLines(part.getPath().toUri().getPath(), part.getStart(), lines))
                .iterator();
    }

    private static String key(FileSplit split) {
        return key(split.getPath().toUri().getPath(), split.getStart());
    }

    private static String key(String path, long start) {
        return path + "@" + start;
    }

    private static String nameOf(FileSplit split, Map<String, String> names) {
        String path = split.getPath().toUri().getPath();
        return names.getOrDefault(path, path);
    }

    /** Blank lines are counted as lines and are no rows, which parsing finds out. */
    private static final class NumberedLines implements Iterator<RawLine> {
        private final Iterator<Tuple2<LongWritable, Text>> lines;
        private final String file;
        private long number;

        NumberedLines(Iterator<Tuple2<LongWritable, Text>> lines, String file, long firstLine) {
            this.lines = lines;
            this.file = file;
            this.number = firstLine - 1;
        }

        @Override
        public boolean hasNext() {
            return lines.hasNext();
        }

        @Override
        public RawLine next() {
            // Hadoop's reader uses one Text for all lines.
            byte[] line = lines.next()._2().copyBytes();
            return new RawLine(new Place(file, ++number), line);
        }
    }
}

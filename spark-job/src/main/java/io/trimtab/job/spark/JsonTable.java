package io.trimtab.job.spark;

import io.trimtab.data.JsonLines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
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
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * JSON Lines, plain or compressed, as rows with line numbers. Spark and Hadoop deliver bytes only: deciding what is text is {@code
 * data}'s, which must see a line that is not UTF-8 to reject it.
 */
final class JsonTable {
    /** Hadoop would also end a line at a lone carriage return, which JSON allows between tokens. */
    private static final String DELIMITER = "textinputformat.record.delimiter";

    private JsonTable() {}

    static JavaRDD<SourceRow> rows(
            JavaSparkContext spark, Configuration hadoop, SourceFiles files, Map<String, String> columns) {
        JavaNewHadoopRDD<LongWritable, Text> lines = lines(spark, hadoop, files);
        HashMap<String, String> names = new HashMap<>(files.names());
        HashMap<String, Long> firstLines = firstLines(lines, names.size());
        HashMap<String, String> columnMap = new HashMap<>(columns);
        return lines.mapPartitionsWithInputSplit(
                (split, rows) -> {
                    FileSplit part = (FileSplit) split;
                    String file = nameOf(part, names);
                    return new NumberedLines(rows, file, firstLines.getOrDefault(key(part), 1L), columnMap);
                },
                false);
    }

    @SuppressWarnings("unchecked") // what newAPIHadoopRDD returns, under a wider type
    private static JavaNewHadoopRDD<LongWritable, Text> lines(
            JavaSparkContext spark, Configuration hadoop, SourceFiles files) {
        try {
            Job job = Job.getInstance(hadoop);
            FileInputFormat.setInputPaths(job, files.paths().toArray(Path[]::new));
            job.getConfiguration().set(DELIMITER, "\n");
            return (JavaNewHadoopRDD<LongWritable, Text>) spark.newAPIHadoopRDD(
                    job.getConfiguration(), TextInputFormat.class, LongWritable.class, Text.class);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("Cannot set up the reader of JSON Lines", e);
        }
    }

    /** Line number at which each split begins; costs a pass over the bytes where a file has more than one split. */
    private static HashMap<String, Long> firstLines(JavaNewHadoopRDD<LongWritable, Text> lines, int files) {
        HashMap<String, Long> first = new HashMap<>();
        if (lines.getNumPartitions() <= files) {
            return first;
        }
        List<SplitLines> counts = new ArrayList<>(lines.mapPartitionsWithInputSplit(JsonTable::count, false)
                .collect());
        counts.sort(java.util.Comparator.comparing(SplitLines::file).thenComparingLong(SplitLines::start));
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

    private record SplitLines(String file, long start, long lines) implements java.io.Serializable {}

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

    /** Parses line by line; blank lines are counted as lines and are no rows. */
    private static final class NumberedLines implements Iterator<SourceRow> {
        private final Iterator<Tuple2<LongWritable, Text>> lines;
        private final String file;
        private final Map<String, String> columns;
        private long number;
        private @Nullable SourceRow next;

        NumberedLines(
                Iterator<Tuple2<LongWritable, Text>> lines, String file, long firstLine, Map<String, String> columns) {
            this.lines = lines;
            this.file = file;
            this.number = firstLine - 1;
            this.columns = columns;
        }

        @Override
        public boolean hasNext() {
            while (next == null && lines.hasNext()) {
                byte[] line = lines.next()._2().copyBytes();
                number++;
                if (!isBlank(line)) {
                    Place place = new Place(file, number);
                    JsonLines.Line parsed = JsonLines.parse(line, place.toString(), columns);
                    next = new SourceRow(place, parsed.row(), parsed.rejection());
                }
            }
            return next != null;
        }

        @Override
        public SourceRow next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException("No row after line " + number + " of " + file);
            }
            SourceRow row = next;
            next = null;
            return row;
        }

        private static boolean isBlank(byte[] line) {
            for (byte b : line) {
                if (b != ' ' && b != '\t' && b != '\r') {
                    return false;
                }
            }
            return true;
        }
    }
}

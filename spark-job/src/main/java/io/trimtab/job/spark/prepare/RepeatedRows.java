package io.trimtab.job.spark.prepare;

import io.trimtab.job.spark.files.HadoopSettings;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * What occurs more than once among the kept rows of a table, by hashes: one grouping on the executors, of which six numbers reach the
 * driver. Nothing of it is removed.
 *
 * @param ids rows whose id another row had before
 * @param prompts rows whose prompt another row had before
 * @param rowsOfOnePrompt rows of the prompt that has the most
 * @param duplicates rows that repeat another one in prompt, completions and preference
 * @param contradictions contents that occur with both preferences: a pair and its swapped twin, an answer that is desirable and undesirable
 * @param contradictoryRows rows with such a content
 */
public record RepeatedRows(
        long ids, long prompts, long rowsOfOnePrompt, long duplicates, long contradictions, long contradictoryRows)
        implements Serializable {
    private static final RepeatedRows NONE = new RepeatedRows(0, 0, 0, 0, 0, 0);

    /** Rows whose hashes a task sorts at once. */
    private static final long ROWS_PER_GROUP = 1 << 20;

    /** @param rows how many there are */
    static RepeatedRows of(JavaSparkContext spark, RowFactFiles files, long rows) {
        int groups = Math.toIntExact(1 + rows / ROWS_PER_GROUP);
        HadoopSettings hadoop = files.hadoop();
        return files.rdd(spark)
                .mapPartitionsToPair(parts -> chunks(parts, hadoop, groups))
                .groupByKey(Math.min(groups, spark.defaultParallelism()))
                .values()
                .map(RepeatedRows::of)
                .fold(NONE, RepeatedRows::plus);
    }

    private RepeatedRows plus(RepeatedRows other) {
        return new RepeatedRows(
                ids + other.ids,
                prompts + other.prompts,
                Math.max(rowsOfOnePrompt, other.rowsOfOnePrompt),
                duplicates + other.duplicates,
                contradictions + other.contradictions,
                contradictoryRows + other.contradictoryRows);
    }

    private enum Kind {
        ID,
        PROMPT,
        /** Of content, by preference. */
        PREFERRED,
        OTHER
    }

    /** Hashes of one kind that belong to one group. */
    private record Chunk(Kind kind, long[] hashes) implements Serializable {}

    private static Iterator<Tuple2<Integer, Chunk>> chunks(
            Iterator<RowFactFiles.Part> parts, HadoopSettings hadoop, int groups) throws IOException {
        Chunks chunks = new Chunks(groups);
        while (parts.hasNext()) {
            RowFactFiles.Part part = parts.next();
            new RowFacts.Reader(hadoop, new Path(part.path()), part.bytes()).forEachRemaining(chunks::add);
        }
        return chunks.all();
    }

    /** What a task gives to every group; about 24 bytes a row of the task. */
    private static final class Chunks {
        private final List<Group> groups = new ArrayList<>();

        Chunks(int count) {
            for (int group = 0; group < count; group++) {
                groups.add(new Group());
            }
        }

        void add(RowFacts row) {
            add(Kind.ID, row.id());
            add(Kind.PROMPT, row.hashes().prompt());
            add(
                    row.hashes().preference() ? Kind.PREFERRED : Kind.OTHER,
                    row.hashes().content());
        }

        private void add(Kind kind, long hash) {
            groups.get((int) Long.remainderUnsigned(hash, groups.size()))
                    .of(kind)
                    .add(hash);
        }

        Iterator<Tuple2<Integer, Chunk>> all() {
            List<Tuple2<Integer, Chunk>> all = new ArrayList<>();
            for (int group = 0; group < groups.size(); group++) {
                for (Kind kind : Kind.values()) {
                    all.add(new Tuple2<>(
                            group, new Chunk(kind, groups.get(group).of(kind).values())));
                }
            }
            return all.iterator();
        }
    }

    /** The hashes of a group. */
    private static final class Group {
        private final Hashes ids = new Hashes();
        private final Hashes prompts = new Hashes();
        private final Hashes preferred = new Hashes();
        private final Hashes other = new Hashes();

        Hashes of(Kind kind) {
            return switch (kind) {
                case ID -> ids;
                case PROMPT -> prompts;
                case PREFERRED -> preferred;
                case OTHER -> other;
            };
        }
    }

    /** A list of longs. */
    private static final class Hashes {
        private long[] values = new long[64];
        private int size;

        void add(long... more) {
            if (size + more.length > values.length) {
                values = Arrays.copyOf(values, Math.max(size + more.length, 2 * values.length));
            }
            System.arraycopy(more, 0, values, size, more.length);
            size += more.length;
        }

        long[] values() {
            return Arrays.copyOf(values, size);
        }

        long[] sorted() {
            long[] sorted = values();
            Arrays.sort(sorted);
            return sorted;
        }
    }

    /** All that one group has. */
    private static RepeatedRows of(Iterable<Chunk> group) {
        Group all = new Group();
        group.forEach(chunk -> all.of(chunk.kind()).add(chunk.hashes()));
        long[] prompts = all.prompts.sorted();
        long[] preferred = all.preferred.sorted();
        long[] other = all.other.sorted();
        long contradictions = 0;
        long contradictoryRows = 0;
        int match = 0;
        for (int at = 0; at < preferred.length; at = runEnd(preferred, at)) {
            while (match < other.length && other[match] < preferred[at]) {
                match++;
            }
            if (match < other.length && other[match] == preferred[at]) {
                contradictions++;
                contradictoryRows += runEnd(preferred, at) - at + runEnd(other, match) - match;
            }
        }
        return new RepeatedRows(
                repeats(all.ids.sorted()),
                repeats(prompts),
                longestRun(prompts),
                repeats(preferred) + repeats(other),
                contradictions,
                contradictoryRows);
    }

    private static int runEnd(long[] sorted, int start) {
        int end = start + 1;
        while (end < sorted.length && sorted[end] == sorted[start]) {
            end++;
        }
        return end;
    }

    private static long repeats(long[] sorted) {
        long repeats = 0;
        for (int i = 1; i < sorted.length; i++) {
            repeats += sorted[i] == sorted[i - 1] ? 1 : 0;
        }
        return repeats;
    }

    private static long longestRun(long[] sorted) {
        long longest = 0;
        for (int at = 0; at < sorted.length; at = runEnd(sorted, at)) {
            longest = Math.max(longest, runEnd(sorted, at) - at);
        }
        return longest;
    }

    /** Under the names of data-report.json. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("ids", ids);
        map.put("prompts", prompts);
        map.put("rows_of_one_prompt", rowsOfOnePrompt);
        map.put("rows", duplicates);
        map.put("contradictions", contradictions);
        map.put("contradictory_rows", contradictoryRows);
        return map;
    }
}

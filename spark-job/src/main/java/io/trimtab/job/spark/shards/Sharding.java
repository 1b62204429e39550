package io.trimtab.job.spark.shards;

import io.trimtab.data.plan.BatchOrder;
import io.trimtab.data.plan.BatchPlan;
import io.trimtab.job.spark.cluster.SparkFailures;
import io.trimtab.job.spark.files.Fingerprint;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.ShardRecord;
import io.trimtab.job.spark.files.TableFolder;
import io.trimtab.job.spark.files.TableManifest;
import io.trimtab.job.spark.files.TableManifest.TableFile;
import io.trimtab.job.spark.prepare.PreparedTable;
import io.trimtab.job.spark.score.ReferenceTable;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.Partitioner;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * The shard job: every occurrence of a row in the run gets its step and slot from the batch plan, and one sort lays tokens and reference
 * log-probs together in the order of the steps. Nothing in the files depends on the number of ranks. Driver only.
 */
public final class Sharding {
    private static final int FORMAT = 4;
    private static final long TOKENS_PER_FILE = 16L << 20;
    private static final int MAX_FILES = 4096;

    private final SparkSession session;
    private final HadoopSettings hadoop;
    private final String tablesDirectory;
    private final Consumer<String> progress;

    public Sharding(SparkSession session, HadoopSettings hadoop, String tablesDirectory, Consumer<String> progress) {
        this.session = session;
        this.hadoop = hadoop;
        this.tablesDirectory = tablesDirectory;
        this.progress = progress;
    }

    /** How rows become steps; the arguments of {@link BatchPlan#of} but for the rows. */
    public record Schedule(int globalBatch, int epochs, long maxSteps, long seed, BatchOrder order)
            implements Serializable {
        BatchPlan plan(int[] packedTokens) {
            return BatchPlan.of(packedTokens.length, globalBatch, epochs, maxSteps, seed, order, packedTokens);
        }
    }

    /**
     * Shards of a run, those of an earlier command where they are there.
     *
     * @param references null where the loss needs none
     */
    public ShardPlan shard(PreparedTable prepared, @Nullable ReferenceTable references, Schedule schedule) {
        Fingerprint fingerprint = new Fingerprint()
                .with("format", FORMAT)
                .with("prepared", prepared.fingerprint())
                .with("reference", references == null ? "none" : references.fingerprint())
                .with("schedule", schedule);
        TableFolder folder = new TableFolder(hadoop, tablesDirectory, "shards", fingerprint);
        Optional<TableManifest> finished = folder.manifest();
        TableManifest manifest = finished.isPresent()
                ? finished.get()
                : SparkFailures.explained(() -> write(prepared, references, schedule, folder));
        return new ShardPlan(
                List.of(folder.paths(manifest)),
                manifest.number("steps"),
                manifest.number("largest_step_tokens"),
                manifest.number("largest_row_tokens"));
    }

    private TableManifest write(
            PreparedTable prepared, @Nullable ReferenceTable references, Schedule schedule, TableFolder folder) {
        int[] tokens = prepared.packedTokens();
        BatchPlan plan = schedule.plan(tokens);
        long occurrences = Arrays.stream(tokens).asLongStream().sum() * Math.max(1, plan.epochs());
        int files = (int) Math.max(1, Math.min(Math.min(MAX_FILES, plan.steps()), occurrences / TOKENS_PER_FILE));
        progress.accept("laying out " + plan.steps() + " steps in " + files + (files == 1 ? " shard" : " shards"));
        JavaSparkContext spark = new JavaSparkContext(session.sparkContext());
        Broadcast<SharedPlan> shared = spark.broadcast(new SharedPlan(schedule, tokens));
        Path attempt = folder.attempt();
        String target = attempt.toString();
        HadoopSettings settings = hadoop;
        boolean referenced = references != null;
        List<TableFile> written = new ArrayList<>(parts(prepared, references, shared)
                .repartitionAndSortWithinPartitions(new StepPartitioner(files, plan.steps()))
                .mapPartitions(sorted -> writeFile(sorted, referenced, settings, target))
                .collect());
        shared.destroy();
        // Names begin with the number of the file, so their order is the order of the steps.
        written.sort(java.util.Comparator.comparing(TableFile::path));
        return folder.commit(
                attempt,
                written,
                Map.of(
                        "steps", plan.steps(),
                        "rows", prepared.rows(),
                        "largest_step_tokens", largestStep(plan, tokens),
                        "largest_row_tokens", Arrays.stream(tokens).max().orElse(0)));
    }

    /** Packed tokens of the step that has most. */
    static long largestStep(BatchPlan plan, int[] tokens) {
        long largest = 0;
        for (int epoch = 0; epoch < plan.epochs(); epoch++) {
            long[] steps = new long[Math.toIntExact(plan.stepsPerEpoch())];
            for (int row = 0; row < tokens.length; row++) {
                long step = plan.stepOf(epoch, row);
                if (step <= plan.steps()) {
                    steps[(int) ((step - 1) % steps.length)] += tokens[row];
                }
            }
            largest = Math.max(largest, Arrays.stream(steps).max().orElse(0));
        }
        return largest;
    }

    /** Tokens and reference log-probs go into the one sort side by side and meet behind it: to join them before would sort both once more. */
    private static JavaPairRDD<Occurrence, Part> parts(
            PreparedTable prepared, @Nullable ReferenceTable references, Broadcast<SharedPlan> shared) {
        JavaPairRDD<Occurrence, Part> tokens = prepared.examples()
                .flatMapToPair(row -> occurrences(
                        row._1(),
                        false,
                        new Part(row._2().packedTokens(), ShardRecord.encode(row._2())),
                        shared.value().plan()));
        return references == null
                ? tokens
                : tokens.union(references
                        .logProbs()
                        .flatMapToPair(row -> occurrences(
                                row._1(),
                                true,
                                new Part(0, ShardRecord.encode(row._2())),
                                shared.value().plan())));
    }

    /** The plan of a run, worked out once per executor from what the driver sent. */
    private static final class SharedPlan implements Serializable {
        private static final long serialVersionUID = 1L;
        private final Schedule schedule;
        private final int[] packedTokens;
        private transient @Nullable BatchPlan plan;

        SharedPlan(Schedule schedule, int[] packedTokens) {
            this.schedule = schedule;
            this.packedTokens = packedTokens;
        }

        synchronized BatchPlan plan() {
            BatchPlan known = plan;
            if (known == null) {
                known = schedule.plan(packedTokens);
                plan = known;
            }
            return known;
        }
    }

    /** Where a row occurs in the run; sorts by step, then by slot, its tokens before its reference log-probs. */
    private record Occurrence(long step, int slot, boolean reference) implements Comparable<Occurrence>, Serializable {
        @Override
        public int compareTo(Occurrence other) {
            int bySteps = Long.compare(step, other.step);
            int bySlots = bySteps != 0 ? bySteps : Integer.compare(slot, other.slot);
            return bySlots != 0 ? bySlots : Boolean.compare(reference, other.reference);
        }
    }

    /** Half a record: the tokens with what they cost, or the reference log-probs. */
    private record Part(int cost, byte[] bytes) implements Serializable {}

    private static Iterator<Tuple2<Occurrence, Part>> occurrences(
            long row, boolean reference, Part part, BatchPlan plan) {
        List<Tuple2<Occurrence, Part>> occurrences = new ArrayList<>();
        for (int epoch = 0; epoch < plan.epochs(); epoch++) {
            long step = plan.stepOf(epoch, Math.toIntExact(row));
            if (step <= plan.steps()) {
                int slot = plan.slotOf(epoch, Math.toIntExact(row));
                occurrences.add(new Tuple2<>(new Occurrence(step, slot, reference), part));
            }
        }
        return occurrences.iterator();
    }

    /** A retried task writes a file of its own; only the names that come back are part of the table. */
    private static Iterator<TableFile> writeFile(
            Iterator<Tuple2<Occurrence, Part>> sorted, boolean referenced, HadoopSettings hadoop, String attempt)
            throws IOException {
        TaskContext task = TaskContext.get();
        String name =
                String.format(java.util.Locale.ROOT, "shard-%05d-%d.bin", task.partitionId(), task.taskAttemptId());
        Path file = new Path(attempt, name);
        byte[] unreferenced = ShardRecord.encode(new double[0]);
        try (ShardFileWriter out = new ShardFileWriter(hadoop.fileSystem(file), file)) {
            while (sorted.hasNext()) {
                Tuple2<Occurrence, Part> row = sorted.next();
                Occurrence at = row._1();
                byte[] logProbs = referenced ? logProbs(at, sorted) : unreferenced;
                out.write(
                        at.step(),
                        at.slot(),
                        row._2().cost(),
                        ShardRecord.joined(row._2().bytes(), logProbs));
            }
        }
        long bytes = hadoop.fileSystem(file).getFileStatus(file).getLen();
        return List.of(new TableFile(new Path(attempt).getName() + "/" + name, bytes))
                .iterator();
    }

    /** What stands behind a row's tokens, if both tables number the same rows. */
    private static byte[] logProbs(Occurrence tokens, Iterator<Tuple2<Occurrence, Part>> sorted) {
        Occurrence wanted = new Occurrence(tokens.step(), tokens.slot(), true);
        Tuple2<Occurrence, Part> next = sorted.hasNext() ? sorted.next() : null;
        if (next == null || !next._1().equals(wanted)) {
            throw new IllegalStateException("The reference table has other rows than the prepared table: step "
                    + tokens.step() + ", slot " + tokens.slot());
        }
        return next._2().bytes();
    }

    /** Contiguous steps to a file, so that files in order are steps in order. */
    private static final class StepPartitioner extends Partitioner {
        private static final long serialVersionUID = 1L;
        private final int files;
        private final long steps;

        StepPartitioner(int files, long steps) {
            this.files = files;
            this.steps = steps;
        }

        @Override
        public int numPartitions() {
            return files;
        }

        @Override
        public int getPartition(Object key) {
            return ShardPlan.fileOf(((Occurrence) key).step(), files, steps);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof StepPartitioner that && files == that.files && steps == that.steps;
        }

        @Override
        public int hashCode() {
            return 31 * files + Long.hashCode(steps);
        }
    }
}

package io.trimtab.job.spark;

import io.trimtab.data.Example;
import io.trimtab.data.plan.BatchOrder;
import io.trimtab.data.plan.BatchPlan;
import io.trimtab.job.spark.TableManifest.TableFile;
import io.trimtab.job.train.ReferencedExample;
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
    private static final int FORMAT = 2;
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
        return new ShardPlan(List.of(folder.paths(manifest)), manifest.number("steps"));
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
        List<TableFile> written = new ArrayList<>(rows(prepared, references)
                .flatMapToPair(
                        row -> occurrences(row._1(), row._2(), shared.value().plan()))
                .repartitionAndSortWithinPartitions(new StepPartitioner(files, plan.steps()))
                .mapPartitions(sorted -> writeFile(sorted, settings, target))
                .collect());
        shared.destroy();
        // Names begin with the number of the file, so their order is the order of the steps.
        written.sort(java.util.Comparator.comparing(TableFile::path));
        return folder.commit(attempt, written, Map.of("steps", plan.steps(), "rows", prepared.rows()));
    }

    private static JavaPairRDD<Long, ReferencedExample> rows(
            PreparedTable prepared, @Nullable ReferenceTable references) {
        JavaPairRDD<Long, Example> examples = prepared.examples();
        if (references == null) {
            return examples.mapValues(ReferencedExample::withoutReference);
        }
        return examples.join(references.logProbs()).mapValues(row -> new ReferencedExample(row._1(), row._2()));
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

    /** Where a row occurs in the run; sorts by step, then by slot. */
    private record Occurrence(long step, int slot) implements Comparable<Occurrence>, Serializable {
        @Override
        public int compareTo(Occurrence other) {
            int bySteps = Long.compare(step, other.step);
            return bySteps != 0 ? bySteps : Integer.compare(slot, other.slot);
        }
    }

    private record Body(int cost, byte[] bytes) implements Serializable {}

    private static Iterator<Tuple2<Occurrence, Body>> occurrences(long row, ReferencedExample example, BatchPlan plan) {
        Body body = new Body(example.example().packedTokens(), ShardRecord.encode(example));
        List<Tuple2<Occurrence, Body>> occurrences = new ArrayList<>();
        for (int epoch = 0; epoch < plan.epochs(); epoch++) {
            long step = plan.stepOf(epoch, Math.toIntExact(row));
            if (step <= plan.steps()) {
                occurrences.add(new Tuple2<>(new Occurrence(step, plan.slotOf(epoch, Math.toIntExact(row))), body));
            }
        }
        return occurrences.iterator();
    }

    /** A retried task writes a file of its own; only the names that come back are part of the table. */
    private static Iterator<TableFile> writeFile(
            Iterator<Tuple2<Occurrence, Body>> sorted, HadoopSettings hadoop, String attempt) throws IOException {
        TaskContext task = TaskContext.get();
        String name =
                String.format(java.util.Locale.ROOT, "shard-%05d-%d.bin", task.partitionId(), task.taskAttemptId());
        Path file = new Path(attempt, name);
        try (ShardFileWriter out = new ShardFileWriter(hadoop.fileSystem(file), file)) {
            while (sorted.hasNext()) {
                Tuple2<Occurrence, Body> row = sorted.next();
                out.write(
                        row._1().step(),
                        row._1().slot(),
                        row._2().cost(),
                        row._2().bytes());
            }
        }
        long bytes = hadoop.fileSystem(file).getFileStatus(file).getLen();
        return List.of(new TableFile(new Path(attempt).getName() + "/" + name, bytes))
                .iterator();
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

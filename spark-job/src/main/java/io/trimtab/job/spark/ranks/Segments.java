package io.trimtab.job.spark.ranks;

import io.trimtab.job.checkpoint.Checkpoint;
import io.trimtab.job.checkpoint.CheckpointStore;
import io.trimtab.job.checkpoint.DamagedCheckpoint;
import io.trimtab.job.checkpoint.EventFiles;
import io.trimtab.job.checkpoint.MetricsLog;
import io.trimtab.job.checkpoint.RunAttempt;
import io.trimtab.job.checkpoint.RunDirectory;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.metrics.DispensableSink;
import io.trimtab.job.metrics.JsonLinesSink;
import io.trimtab.job.metrics.MetricSink;
import io.trimtab.job.metrics.StepMetrics;
import io.trimtab.job.metrics.TensorBoardSink;
import io.trimtab.job.spark.cluster.Cancellation;
import io.trimtab.job.spark.cluster.RankResources;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.shards.ShardPlan;
import io.trimtab.job.train.MemoryPlan;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * The driver's side of training: one barrier stage per segment, and again from the newest checkpoint when executors are lost.
 *
 * <p>Failures are counted since the last new checkpoint: a long run may lose many executors as long as it gets on in between. What another
 * attempt cannot mend (bad data, a diverged run) ends it at once.
 */
public final class Segments {
    private static final String JOB_GROUP = "trimtab-train";
    private static final long NO_STEP = 0;

    private final SparkSession session;
    private final HadoopSettings hadoop;
    private final TrimtabConfig config;
    private final RunAttempt attempt;
    private final Cancellation cancellation;
    private final Consumer<String> progress;

    public Segments(
            SparkSession session,
            HadoopSettings hadoop,
            TrimtabConfig config,
            RunAttempt attempt,
            Cancellation cancellation,
            Consumer<String> progress) {
        this.session = session;
        this.hadoop = hadoop;
        this.config = config;
        this.attempt = attempt;
        this.cancellation = cancellation;
        this.progress = progress;
    }

    /**
     * Trains to the last step, or until the cancellation.
     *
     * @param evaluation held-out rows; null: none while training
     * @param memory what was decided for the ranks
     * @param console given the run's last step: where figures and lines are shown
     * @return the last finished and saved step
     */
    public long train(
            ShardPlan shards,
            @Nullable ShardPlan evaluation,
            MemoryPlan.Decision memory,
            LongFunction<MetricSink> console) {
        CheckpointStore store = store();
        int failures = 0;
        for (int number = 1; ; number++) {
            cancellation.throwIfRequested();
            ExecutorWait.until(
                    session.sparkContext(),
                    config.cluster().ranks(),
                    config.cluster().executorWait(),
                    cancellation,
                    progress);
            Optional<Checkpoint> newest = resumePoint(store);
            long from = newest.map(Checkpoint::step).orElse(NO_STEP);
            if (from >= shards.steps()) {
                return from;
            }
            Segment segment = segment(number, shards, evaluation, memory, newest);
            try {
                return run(segment, from, console.apply(shards.steps()));
            } catch (RefusedException e) {
                if (newest.filter(store::isDamaged).isEmpty()) {
                    throw e;
                } // else a rank found that out, and an older one is tried
            } catch (ClusterException e) {
                cancellation.throwIfRequested();
                // What this segment saved before it failed counts as getting on.
                failures = store.newest().map(Checkpoint::step).orElse(NO_STEP) > from ? 1 : failures + 1;
                if (failures > config.cluster().maxRestarts()) {
                    throw new ClusterException(
                            "Training failed " + failures
                                    + (failures == 1 ? " time" : " times in a row")
                                    + " without a new checkpoint (cluster.max-restarts = "
                                    + config.cluster().maxRestarts() + "): " + e.getMessage(),
                            e);
                }
                progress.accept("segment " + number + " failed: " + e.getMessage() + "; trying again");
            }
        }
    }

    /** Steps that were saved are never done again without a word, and never all of them. */
    private Optional<Checkpoint> resumePoint(CheckpointStore store) {
        Optional<Checkpoint> newest = store.newest();
        long from = newest.map(Checkpoint::step).orElse(NO_STEP);
        List<DamagedCheckpoint> damaged = store.damagedAfter(from);
        if (newest.isEmpty() && !damaged.isEmpty()) {
            throw new RefusedException("Cannot resume: " + damaged.get(0)
                    + ", and there is no other one; bring the file back, or delete the folder to train from the start");
        }
        damaged.forEach(one -> progress.accept("warning: " + one + "; the steps after " + from + " are done again"));
        return newest;
    }

    private Segment segment(
            int number,
            ShardPlan shards,
            @Nullable ShardPlan evaluation,
            MemoryPlan.Decision memory,
            Optional<Checkpoint> newest) {
        int threads = RankResources.of(
                        session.sparkContext().getConf(), config.cluster().threadsPerRank())
                .threads();
        return new Segment(
                config,
                attempt.token() + "-" + number,
                threads,
                shards,
                evaluation,
                newest.map(checkpoint -> checkpoint.folder().getName()).orElse(null),
                memory,
                hadoop);
    }

    private long run(Segment segment, long from, MetricSink console) {
        progress.accept(
                from == NO_STEP
                        ? "training " + segment.shards().steps() + " steps on " + ranks()
                        : "resuming after step " + from + " of "
                                + segment.shards().steps() + " on " + ranks());
        RunDirectory directory = attempt.directory();
        try (MetricSink log =
                        new JsonLinesSink(MetricsLog.resume(directory.storage(), directory.metrics(), from), from);
                MetricSink events = events(segment, from);
                MetricSink shown = console) {
            SegmentRecord record = new SegmentRecord(
                    segment.token(), new All(List.of(log, events, shown)), cancellation, attempt::requireOwned);
            TrimtabPlugin.listen(record);
            try {
                return barrier(segment);
            } catch (RuntimeException e) {
                throw verdict(record, e);
            } catch (Exception e) { // Scala does not declare SparkException
                throw verdict(record, e);
            } finally {
                record.close();
                TrimtabPlugin.listen(null);
            }
        }
    }

    private MetricSink events(Segment segment, long from) {
        if (!config.metrics().tensorBoard()) {
            return MetricSink.NONE;
        }
        RunDirectory directory = attempt.directory();
        InstantSource clock = InstantSource.system();
        return DispensableSink.open(
                () -> new TensorBoardSink(
                        EventFiles.create(
                                directory.storage(),
                                directory.tensorboard(),
                                clock.instant().getEpochSecond(),
                                segment.token()),
                        from,
                        clock),
                progress,
                "metrics.tensorboard = false leaves it out");
    }

    private String ranks() {
        int ranks = config.cluster().ranks();
        return ranks == 1 ? "one rank" : ranks + " ranks";
    }

    private long barrier(Segment segment) {
        JavaSparkContext spark = new JavaSparkContext(session.sparkContext());
        int ranks = config.cluster().ranks();
        RankResources resources =
                RankResources.of(spark.getConf(), config.cluster().threadsPerRank());
        // Interrupt on cancel: else the healthy rank of a failed segment goes on and keeps its executor.
        spark.setJobGroup(JOB_GROUP, "training segment " + segment.token(), true);
        try {
            return Barrier.run(spark, ranks, Long.class, resources.profile(), new RankTask(segment)).stream()
                    .mapToLong(Long::longValue)
                    .min()
                    .orElseThrow();
        } finally {
            spark.clearJobGroup();
        }
    }

    private static RuntimeException verdict(SegmentRecord record, Exception failure) {
        Optional<RuntimeException> told = record.verdict();
        if (told.isPresent()) {
            told.get().addSuppressed(failure);
            return told.get();
        }
        return new ClusterException(FailureReason.of(failure), failure);
    }

    private CheckpointStore store() {
        RunDirectory directory = attempt.directory();
        return new CheckpointStore(directory.storage(), directory.checkpoints());
    }

    /** One after the other; metrics.jsonl, which is the record, comes first. */
    private record All(List<MetricSink> sinks) implements MetricSink {
        @Override
        public void record(StepMetrics metrics) {
            sinks.forEach(sink -> sink.record(metrics));
        }

        @Override
        public void announce(String line) {
            sinks.forEach(sink -> sink.announce(line));
        }
    }
}

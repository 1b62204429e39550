package io.trimtab.job.spark.cluster;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.JavaSparkStatusTracker;
import org.apache.spark.sql.SparkSession;

/** A line every ten seconds while a Spark job runs: parts done, and the time left at this rate. */
public final class StageProgress implements AutoCloseable {
    private static final int INTERVAL_SECONDS = 10;

    private final ScheduledExecutorService clock;

    private StageProgress(ScheduledExecutorService clock) {
        this.clock = clock;
    }

    public static StageProgress of(SparkSession session, String what, Consumer<String> progress) {
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "trimtab-progress");
            thread.setDaemon(true);
            return thread;
        });
        JavaSparkStatusTracker tracker = new JavaSparkContext(session.sparkContext()).statusTracker();
        long start = System.nanoTime();
        ScheduledFuture<?> unused = clock.scheduleAtFixedRate(
                () -> report(tracker, what, start, progress), INTERVAL_SECONDS, INTERVAL_SECONDS, TimeUnit.SECONDS);
        return new StageProgress(clock);
    }

    private static void report(JavaSparkStatusTracker tracker, String what, long start, Consumer<String> progress) {
        for (int id : tracker.getActiveStageIds()) {
            SparkStageInfo stage = tracker.getStageInfo(id);
            if (stage != null && stage.numActiveTasks() > 0) {
                long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
                int done = stage.numCompletedTasks();
                String left = done == 0 ? "" : ", about " + seconds * (stage.numTasks() - done) / done + " s left";
                progress.accept(
                        what + ": " + done + " of " + stage.numTasks() + " parts after " + seconds + " s" + left);
            }
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}

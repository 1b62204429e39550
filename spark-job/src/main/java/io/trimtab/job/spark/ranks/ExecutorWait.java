package io.trimtab.job.spark.ranks;

import io.trimtab.job.config.ClusterException;
import io.trimtab.job.spark.cluster.Cancellation;
import io.trimtab.job.spark.cluster.SparkMaster;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;

/** Waits until as many executors are there as there are ranks: a barrier stage that starts too early is refused by Spark. */
final class ExecutorWait {
    private static final long POLL_MILLIS = 50;
    private static final Duration REPORT = Duration.ofSeconds(10);

    private ExecutorWait() {}

    /** @throws ClusterException after {@code wait}, with the numbers */
    static void until(
            SparkContext spark, int ranks, Duration wait, Cancellation cancellation, Consumer<String> progress) {
        if (new SparkMaster(spark.master()).isInProcess()) {
            return;
        }
        long start = System.nanoTime();
        long nextReport = REPORT.toNanos();
        for (int found = registered(spark); found < ranks; found = registered(spark)) {
            cancellation.throwIfRequested();
            long waited = System.nanoTime() - start;
            if (waited > wait.toNanos()) {
                throw new ClusterException("Only " + found + " of " + ranks + " executors came within "
                        + wait.toSeconds() + " s (cluster.executor-wait); free resources on " + spark.master()
                        + " or lower cluster.ranks");
            }
            if (waited > nextReport) {
                progress.accept("waiting for executors: " + found + " of " + ranks + " after "
                        + Duration.ofNanos(waited).toSeconds() + " s, giving up after " + wait.toSeconds() + " s");
                nextReport += REPORT.toNanos();
            }
            pause();
        }
    }

    /** The driver is in the list too. */
    private static int registered(SparkContext spark) {
        return spark.statusTracker().getExecutorInfos().length - 1;
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("Interrupted while waiting for executors", e);
        }
    }
}

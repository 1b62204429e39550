package io.trimtab.job.spark.cluster;

import io.trimtab.job.config.CancelledException;
import io.trimtab.job.config.ExitCode;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.hadoop.util.ShutdownHookManager;
import org.jspecify.annotations.Nullable;

/**
 * SIGTERM and SIGINT: asks whoever works to stop, waits a grace time for it to save and write its result, and only then lets Spark's own
 * hooks run, which would kill the executors first. The process then ends with 130 whatever the signal was.
 */
public final class Cancellation {
    /** Spark's is 40; the one that sets the exit code comes after everything of Spark's and Hadoop's. */
    private static final int BEFORE_SPARK = 100;

    private static final int AFTER_ALL = 1;
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(60);
    private static final Duration REMINDER = Duration.ofMillis(500);

    private final CountDownLatch finished = new CountDownLatch(1);
    private final AtomicReference<@Nullable Runnable> interrupter = new AtomicReference<>();
    private volatile boolean requested;
    private volatile boolean watching;
    private volatile Duration grace = DEFAULT_GRACE;

    /** Without a hook: for callers that are not a process of their own. */
    public static Cancellation none() {
        return new Cancellation();
    }

    /** Once per process, before Spark starts. */
    public static Cancellation install() {
        Cancellation cancellation = new Cancellation();
        ShutdownHookManager hooks = ShutdownHookManager.get();
        hooks.addShutdownHook(cancellation::shutDown, BEFORE_SPARK, Long.MAX_VALUE / 1_000_000, TimeUnit.MILLISECONDS);
        hooks.addShutdownHook(cancellation::halt, AFTER_ALL);
        return cancellation;
    }

    void shutDown() {
        if (finished.getCount() == 0) {
            return;
        }
        request();
        try {
            awaitFinish();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Between two jobs of Spark there is nothing to interrupt, and the next one would run to its end: it is asked again until the work ends. */
    private void awaitFinish() throws InterruptedException {
        long start = System.nanoTime();
        while (!finished.await(REMINDER.toMillis(), TimeUnit.MILLISECONDS)
                && System.nanoTime() - start < grace.toNanos()) {
            interrupt();
        }
    }

    /** A JVM that a signal ends has the signal's exit code; the contract has one for both. */
    private void halt() {
        if (requested) {
            Runtime.getRuntime().halt(ExitCode.CANCELLED.code());
        }
    }

    /** Asks the present work to stop; cannot be taken back. */
    public void request() {
        requested = true;
        interrupt();
    }

    private void interrupt() {
        Runnable running = interrupter.get();
        if (running != null && !watching) {
            running.run();
        }
    }

    public boolean requested() {
        return requested;
    }

    /** Throws {@link CancelledException} if a stop was asked for. */
    public void throwIfRequested() {
        if (requested) {
            throw stopped();
        }
    }

    /** How a command ends that was asked to stop. */
    public static CancelledException stopped() {
        return new CancelledException("Stopped by SIGTERM or SIGINT; the same command goes on from here");
    }

    /** How long a stop waits for the work to end by itself. */
    public void grace(Duration duration) {
        grace = duration;
    }

    /** What a request does beside setting the flag, but for work that {@link #stopsByItself}. */
    public void onRequest(Runnable action) {
        interrupter.set(action);
        if (requested) {
            interrupt();
        }
    }

    /** Carries out work that watches the flag itself and is given the grace time. */
    public <T> T stopsByItself(Supplier<T> work) {
        watching = true;
        try {
            return work.get();
        } finally {
            watching = false;
        }
    }

    /** The command has written its result: a shutdown needs to wait for nothing more. Call it right before System.exit. */
    public void finished() {
        finished.countDown();
    }
}

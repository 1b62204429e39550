package io.trimtab.job.stages;

import io.trimtab.job.config.CancelledException;
import io.trimtab.job.metrics.ConsoleSink;
import io.trimtab.job.spark.cluster.Cancellation;
import io.trimtab.merge.offline.MergeRun;
import java.util.Locale;

/** How far a merge is, and how long it will take; on a terminal one line is rewritten. Ends the merge when a stop is asked for. */
final class MergeProgress implements MergeRun.Progress, AutoCloseable {
    private static final String START_OF_LINE = "\r\u001b[2K";
    private static final long TERMINAL_NANOS = 200_000_000L;

    private final Console console;
    private final long total;
    private final Cancellation cancellation;
    private final long began = System.nanoTime();
    private long done;
    private long lastLine = began;
    private boolean lineOpen;

    MergeProgress(Console console, long total, Cancellation cancellation) {
        this.console = console;
        this.total = total;
        this.cancellation = cancellation;
    }

    @Override
    public synchronized void written(long entries) {
        throwIfStopped();
        done += entries;
        long now = System.nanoTime();
        long interval = console.terminal() ? TERMINAL_NANOS : console.interval().toNanos();
        if (now - lastLine >= interval || done == total) {
            lastLine = now;
            print(line(now));
        }
    }

    /** A merge has nothing to go on from: the next one begins anew. */
    void throwIfStopped() {
        if (cancellation.requested()) {
            throw new CancelledException(
                    "Stopped by SIGTERM or SIGINT; nothing was written, run the same command again");
        }
    }

    private String line(long now) {
        double seconds = (now - began) * 1e-9;
        long remaining = Math.round(seconds * (total - done) / Math.max(1, done));
        return String.format(
                Locale.ROOT,
                "merging  %d%%  %.1f of %.1f million weights  %.0f million/s  eta %s",
                100 * done / Math.max(1, total),
                done * 1e-6,
                total * 1e-6,
                done * 1e-6 / Math.max(1e-3, seconds),
                ConsoleSink.duration(remaining));
    }

    private void print(String line) {
        if (console.terminal()) {
            console.out().print(START_OF_LINE + line);
            console.out().flush();
            lineOpen = true;
        } else {
            console.say(line);
        }
    }

    @Override
    public void close() {
        if (lineOpen) {
            console.out().println();
        }
    }
}

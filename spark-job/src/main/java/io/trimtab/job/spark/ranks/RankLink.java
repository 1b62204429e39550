package io.trimtab.job.spark.ranks;

import io.trimtab.job.config.ClusterException;
import io.trimtab.job.metrics.MetricSink;
import io.trimtab.job.metrics.StepMetrics;
import io.trimtab.job.train.StopSignal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Rank 0's line to the driver: collects figures and hands them over four times a second, so that a step never waits for the network; the
 * answer carries the wish to stop. {@link #flush} makes sure that the driver has everything, before a checkpoint is published.
 */
final class RankLink implements MetricSink {
    private static final long INTERVAL_MILLIS = 250;

    private final String token;
    private final StopSignal stop;
    private final ScheduledExecutorService clock;
    private final boolean speaks;
    private final Object exchanging = new Object();
    private final List<StepMetrics> metrics = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();

    private RankLink(String token, StopSignal stop, ScheduledExecutorService clock, boolean speaks) {
        this.token = token;
        this.stop = stop;
        this.clock = clock;
        this.speaks = speaks;
    }

    /** Ranks other than 0 have nothing to tell and are stopped through rank 0: for them nothing is sent. */
    static RankLink open(String token, StopSignal stop, int rank) {
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "trimtab-link");
            thread.setDaemon(true);
            return thread;
        });
        RankLink link = new RankLink(token, stop, clock, rank == 0);
        if (rank == 0) {
            ScheduledFuture<?> unused = clock.scheduleWithFixedDelay(
                    link::exchange, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        }
        return link;
    }

    @Override
    public synchronized void record(StepMetrics step) {
        metrics.add(step);
    }

    @Override
    public synchronized void announce(String line) {
        lines.add(line);
    }

    /** @throws ClusterException where the driver has given this segment up, or cannot be reached */
    void flush() {
        if (speaks && exchange() == RankMessage.Answer.STALE) {
            throw new ClusterException(
                    "The driver has given up segment " + token + "; nothing more is published by it");
        }
    }

    /** One exchange at a time keeps the steps in order; the loop may record while one is on its way. */
    private RankMessage.Answer exchange() {
        synchronized (exchanging) {
            RankMessage.Answer answer = TrimtabPlugin.ask(taken());
            if (answer != RankMessage.Answer.CONTINUE) {
                stop.request();
            }
            return answer;
        }
    }

    private synchronized RankMessage.Progress taken() {
        RankMessage.Progress progress = new RankMessage.Progress(token, metrics, lines);
        metrics.clear();
        lines.clear();
        return progress;
    }

    /** Stops the clock; what was not flushed is dropped, as after a failure it should be. */
    @Override
    public void close() {
        clock.shutdownNow();
    }
}

package io.trimtab.job.spark.ranks;

import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.DivergedException;
import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.metrics.MetricSink;
import io.trimtab.job.spark.cluster.Cancellation;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The driver's ear for one segment: figures go to the sinks, the reason of a ending is kept, wishes to stop are answered. */
final class SegmentRecord implements TrimtabPlugin.Receiver {
    private final String token;
    private final MetricSink sink;
    private final Cancellation cancellation;
    private final Runnable requireOwned;
    private RankMessage.@Nullable Ending ending;
    private @Nullable RuntimeException broken;
    private boolean closed;

    /** @param requireOwned throws where another command has taken the run directory over */
    SegmentRecord(String token, MetricSink sink, Cancellation cancellation, Runnable requireOwned) {
        this.token = token;
        this.sink = sink;
        this.cancellation = cancellation;
        this.requireOwned = requireOwned;
    }

    @Override
    public synchronized RankMessage.Answer receive(RankMessage message) {
        if (closed || !message.token().equals(token)) {
            return RankMessage.Answer.STALE;
        }
        if (message instanceof RankMessage.Ending ended) {
            RankMessage.Ending before = ending;
            if (before == null || (before.exitCode() == ExitCode.CLUSTER && ended.exitCode() != ExitCode.CLUSTER)) {
                ending = ended;
            }
            return RankMessage.Answer.STOP;
        }
        return message instanceof RankMessage.Progress progress ? record(progress) : RankMessage.Answer.CONTINUE;
    }

    private RankMessage.Answer record(RankMessage.Progress progress) {
        try {
            requireOwned.run();
            progress.lines().forEach(sink::announce);
            progress.metrics().forEach(sink::record);
            return cancellation.requested() ? RankMessage.Answer.STOP : RankMessage.Answer.CONTINUE;
        } catch (RuntimeException e) {
            // The ranks must not publish what the driver could not record.
            broken = e;
            closed = true;
            return RankMessage.Answer.STALE;
        }
    }

    /** Nothing of this segment is taken any more. */
    synchronized void close() {
        closed = true;
    }

    /** What the ranks said of their failure; anything but a {@link ClusterException} ends the run whatever the number of restarts left. */
    synchronized Optional<RuntimeException> verdict() {
        RankMessage.Ending ended = ending;
        if (ended == null || broken != null) {
            return Optional.ofNullable(broken);
        }
        return Optional.of(
                switch (ended.exitCode()) {
                    case DIVERGED -> new DivergedException(ended.message());
                    case REFUSED, DONE, BUG, CANCELLED -> new RefusedException(ended.message());
                    case CLUSTER -> new ClusterException(ended.message());
                });
    }
}

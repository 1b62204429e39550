package io.trimtab.job.spark.ranks;

import io.trimtab.job.config.ExitCode;
import io.trimtab.job.metrics.StepMetrics;
import java.io.Serializable;
import java.util.List;

/** What a rank tells the driver while the barrier stage runs; {@code token} is its segment's. */
sealed interface RankMessage extends Serializable {
    String token();

    /** From rank 0: figures of finished steps in order, and lines for the console. */
    record Progress(String token, List<StepMetrics> metrics, List<String> lines) implements RankMessage {
        public Progress {
            metrics = List.copyOf(metrics);
            lines = List.copyOf(lines);
        }
    }

    /** From any rank: why it ends. Spark's own report of a failed stage is text, and of one rank only. */
    record Ending(String token, int rank, ExitCode exitCode, String message) implements RankMessage {}

    /** The driver's answer. */
    enum Answer {
        CONTINUE,
        /** Save after the present step and end. */
        STOP,
        /** The segment is over for the driver: publish nothing. */
        STALE
    }
}

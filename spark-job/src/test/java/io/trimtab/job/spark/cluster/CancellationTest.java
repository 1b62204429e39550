package io.trimtab.job.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.job.config.CancelledException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CancellationTest {
    private final Cancellation cancellation = Cancellation.none();
    private final AtomicInteger interrupts = new AtomicInteger();

    @Test
    void workThatStopsByItselfIsNotInterrupted() {
        cancellation.onRequest(interrupts::incrementAndGet);

        int seen = cancellation.stopsByItself(() -> {
            cancellation.request();
            return interrupts.get();
        });

        assertThat(seen).isZero();
        assertThatThrownBy(cancellation::throwIfRequested).isInstanceOf(CancelledException.class);
    }

    /** Evaluation comes after training, in the same command and the same session. */
    @Test
    void whatFollowsItIsInterruptedAgain() {
        cancellation.onRequest(interrupts::incrementAndGet);
        cancellation.stopsByItself(() -> true);

        cancellation.request();

        assertThat(interrupts).hasValue(1);
    }

    /** A signal that comes between two jobs of Spark finds none to cancel; the next one must not run to its end for that. */
    @Test
    @Timeout(20)
    void workThatBeganAfterTheRequestIsInterruptedToo() {
        cancellation.onRequest(() -> {
            if (interrupts.incrementAndGet() == 2) {
                cancellation.finished();
            }
        });

        cancellation.shutDown();

        assertThat(interrupts).hasValue(2);
    }
}

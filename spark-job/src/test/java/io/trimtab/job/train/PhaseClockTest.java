package io.trimtab.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PhaseClockTest {

    private long nowNanos = 77;
    private final PhaseClock clock = new PhaseClock(() -> nowNanos);

    @Test
    void phasesAddUpInsideALapAndStartAgainAtZero() {
        clock.time(Phase.FORWARD, () -> pass(2));
        clock.time(Phase.FORWARD, () -> pass(3));
        clock.add(Phase.MERGE, 0.5);
        pass(1);
        StepTimes first = clock.lap();
        StepTimes second = clock.lap();

        assertThat(first.total()).isEqualTo(6.0);
        assertThat(first.of(Phase.FORWARD)).isEqualTo(5.0);
        assertThat(first.of(Phase.MERGE)).isEqualTo(0.5);
        assertThat(second.total()).isZero();
        assertThat(second.of(Phase.FORWARD)).isZero();
    }

    @Test
    void whatIsDoneAsideIsInNoStep() {
        pass(1);
        String result = clock.aside(() -> {
            pass(100);
            return "done";
        });

        assertThat(result).isEqualTo("done");
        assertThat(clock.lap().total()).isEqualTo(1.0);
    }

    @Test
    void timeToGetABatchIsWaiting() {
        Iterator<String> slow = new Iterator<>() {
            private int left = 2;

            @Override
            public boolean hasNext() {
                pass(1);
                return left > 0;
            }

            @Override
            public String next() {
                pass(4);
                left--;
                return "batch";
            }
        };
        List<Double> waited = new ArrayList<>();
        for (String batch : clock.waiting(slow)) {
            assertThat(batch).isEqualTo("batch");
            waited.add(clock.lap().of(Phase.WAIT_DATA));
        }

        assertThat(waited).containsExactly(5.0, 5.0);
    }

    @Test
    void aFailedPhaseIsStillCounted() {
        try {
            clock.time(Phase.REDUCE, () -> {
                pass(3);
                throw new IllegalStateException("a peer is gone");
            });
        } catch (IllegalStateException expected) {
            assertThat(expected).hasMessage("a peer is gone");
        }

        assertThat(clock.lap().of(Phase.REDUCE)).isEqualTo(3.0);
    }

    private void pass(long seconds) {
        nowNanos += TimeUnit.SECONDS.toNanos(seconds);
    }
}

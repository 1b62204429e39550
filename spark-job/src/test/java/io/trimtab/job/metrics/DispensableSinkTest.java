package io.trimtab.job.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DispensableSinkTest {
    private final List<String> warnings = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();

    @Test
    void aFailureIsToldOnceAndTheSinkClosed() {
        MetricSink sink = DispensableSink.open(Failing::new, warnings::add, "a = false leaves it out");
        sink.record(step(1));
        sink.record(step(2));
        sink.record(step(3));
        sink.close();

        assertThat(calls).containsExactly("record 1", "record 2", "close");
        assertThat(warnings)
                .containsExactly("warning: Cannot write step 2: No space left; the run goes on without it."
                        + " a = false leaves it out");
    }

    @Test
    void aSinkThatCannotBeOpenedIsLeftOut() {
        MetricSink sink = DispensableSink.open(
                () -> {
                    throw new IllegalStateException("no folder");
                },
                warnings::add,
                "a = false leaves it out");
        sink.record(step(1));
        sink.close();

        assertThat(warnings)
                .containsExactly("warning: java.lang.IllegalStateException: no folder; the run goes on without it."
                        + " a = false leaves it out");
    }

    private static StepMetrics step(long step) {
        return new StepMetrics(step, Map.of("loss", 0.5));
    }

    private final class Failing implements MetricSink {
        @Override
        public void record(StepMetrics metrics) {
            calls.add("record " + metrics.step());
            if (metrics.step() == 2) {
                throw new UncheckedIOException("Cannot write step 2", new IOException("No space left"));
            }
        }

        @Override
        public void close() {
            calls.add("close");
            throw new IllegalStateException("cannot be closed either");
        }
    }
}

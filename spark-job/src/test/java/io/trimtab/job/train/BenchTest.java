package io.trimtab.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.job.metrics.StepMetrics;
import io.trimtab.model.Policy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BenchTest {

    @Test
    void measuresStepsOfTheRealLoopAndSharesAddUp() {
        List<StepMetrics> seen = new ArrayList<>();
        BenchReport report;
        try (Policy policy = RandomWorld.policy()) {
            report = Bench.run(policy, new BenchSettings(3, 12, 6, 1, 4, 64), seen::add);
        }

        assertThat(seen).hasSize(5);
        assertThat(report.steps()).isEqualTo(4);
        assertThat(report.usefulTokens()).isBetween(3L * 2 * (6 + 3), 3L * 2 * (18 + 9));
        assertThat(report.shares().values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum())
                .isCloseTo(1.0, within(1e-9));
        assertThat(report.shares())
                .containsOnlyKeys(
                        "wait_data", "forward", "backward", "reduce", "merge", "gather", "checkpoint", "other");
        assertThat(report.lines().get(0)).contains("4 steps", "useful tok/s");
    }

    @Test
    void theMedianStepCounts() {
        BenchReport report = BenchReport.of(10, 8_000_000_000L, List.of(step(1, 1.0), step(2, 9.0), step(3, 2.0)));

        assertThat(report.secondsPerStep()).isEqualTo(2.0);
        assertThat(report.tokensPerSecond()).isEqualTo(50.0);
        assertThat(report.lines().get(1)).contains("8.0 GFLOP a step, 4.0 GFLOP/s");
        assertThat(report.shares().get("forward")).isEqualTo(0.5);
        assertThat(report.shares().get("other")).isEqualTo(0.5);
    }

    @Test
    void refusesABenchWithoutSteps() {
        assertThatThrownBy(() -> new BenchSettings(4, 10, 10, 0, 0, 64))
                .hasMessage("A bench needs steps of at least 1: 0");
    }

    /** Half of its time forward. */
    private static StepMetrics step(long number, double seconds) {
        Map<String, Double> values =
                new LinkedHashMap<>(new StepTimes(seconds, Map.of(Phase.FORWARD, seconds / 2)).metrics());
        values.put("tokens", 100.0);
        return new StepMetrics(number, values);
    }
}

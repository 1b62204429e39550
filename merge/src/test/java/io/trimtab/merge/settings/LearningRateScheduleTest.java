package io.trimtab.merge.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.merge.Golden;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {

    @Test
    void everyCurveIsTransformersOwn() throws IOException {
        JsonNode schedules = Golden.read("schedules.json").get("schedules");
        assertThat(schedules).hasSize(6);
        for (JsonNode golden : schedules) {
            LearningRateSchedule schedule = schedule(golden, 0.0);
            double[] multiplier = Golden.doubles(golden.get("multiplier"));
            for (int s = 0; s < multiplier.length; s++) {
                assertThat(schedule.factor(s + 1)).isCloseTo(multiplier[s], within(1e-12));
            }
        }
    }

    /** factor after warm-up = r + (1 - r) x golden multiplier; warm-up rises from 0 to 1. */
    @Test
    void leastRatioLiftsTheFallAlone() throws IOException {
        JsonNode golden = Golden.read("schedules.json").get("schedules").get(1);
        LearningRateSchedule schedule = schedule(golden, 0.1);
        double[] multiplier = Golden.doubles(golden.get("multiplier"));
        assertThat(schedule.factor(1)).isZero();
        assertThat(schedule.factor(6)).isCloseTo(multiplier[5], within(1e-12));
        assertThat(schedule.factor(51)).isCloseTo(0.1 + 0.9 * multiplier[50], within(1e-12));
    }

    @Test
    void stepsBehindThePlanKeepTheLastFactor() {
        LearningRateSchedule cosine = new LearningRateSchedule(ScheduleName.COSINE, 0, 4, 0.25);
        assertThat(cosine.factor(5)).isCloseTo(0.25, within(1e-15));
        assertThat(cosine.factor(9)).isCloseTo(0.25, within(1e-15));
    }

    @Test
    void warmupMayOutlastThePlan() {
        LearningRateSchedule linear = new LearningRateSchedule(ScheduleName.LINEAR, 10, 5, 0.0);
        assertThat(linear.factor(5)).isCloseTo(0.4, within(1e-15));
        assertThat(linear.factor(11)).isCloseTo(1.0, within(1e-15));
    }

    @Test
    void refusesAWarmupBelowZero() {
        assertThatThrownBy(() -> new LearningRateSchedule(ScheduleName.LINEAR, -1, 5, 0.0))
                .hasMessageContaining("warmup-steps must be at least 0: -1");
    }

    private static LearningRateSchedule schedule(JsonNode golden, double minRatio) {
        ScheduleName name = switch (golden.get("kind").asText()) {
            case "linear" -> ScheduleName.LINEAR;
            case "cosine" -> ScheduleName.COSINE;
            case "constant_with_warmup" -> ScheduleName.CONSTANT;
            default -> throw new IllegalArgumentException(golden.get("kind").asText());
        };
        return new LearningRateSchedule(
                name,
                golden.get("warmup_steps").asLong(),
                golden.get("total_steps").asLong(),
                minRatio);
    }
}

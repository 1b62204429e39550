package io.trimtab.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.data.Example;
import io.trimtab.data.TrainingStage;
import io.trimtab.job.metrics.MetricSink;
import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.model.Policy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A run of any length has the memory of a short one. */
class MemoryGrowthTest {

    private static final int STEPS = 2000;

    /** Caches, compiled code and the allocator's pools fill in the first half. */
    private static final int SETTLED = 1000;

    private static final int EVERY = 50;

    /** A pass of these rows keeps more than 100 kB outside the heap: a twentieth of it lost in every step would show. */
    private static final double BYTES_PER_STEP = 6_000;

    @Test
    @EnabledOnOs(OS.LINUX)
    void residentMemoryDoesNotGrowOverTwoThousandSteps() {
        List<double[]> samples = new ArrayList<>();
        MetricSink memory = step -> {
            if (step.step() > SETTLED && step.step() % EVERY == 0) {
                System.gc(); // what the collector has not looked at yet is no growth
                samples.add(new double[] {step.step(), ResidentMemory.nowBytes().orElseThrow()});
            }
        };
        BenchSettings settings =
                new BenchSettings(TrainingStage.KTO, TestDevice.training(), MergeRuleName.ON_DARE, 2, 0, STEPS, 64);
        List<Example> pairs = BenchPairs.random(
                2 * STEPS, 12, 6, 40, RandomWorld.architecture().vocabularySize());
        try (Policy policy = RandomWorld.policy()) {
            Bench.run(policy, new Solo(), settings, pairs, memory);
        }

        assertThat(samples).hasSize((STEPS - SETTLED) / EVERY);
        assertThat(slope(samples)).as("bytes per step").isLessThan(BYTES_PER_STEP);
    }

    /** Of the line through the samples with the least squares. */
    private static double slope(List<double[]> samples) {
        double steps =
                samples.stream().mapToDouble(sample -> sample[0]).average().orElse(0);
        double bytes =
                samples.stream().mapToDouble(sample -> sample[1]).average().orElse(0);
        double together = 0;
        double squares = 0;
        for (double[] sample : samples) {
            together += (sample[0] - steps) * (sample[1] - bytes);
            squares += (sample[0] - steps) * (sample[0] - steps);
        }
        return together / squares;
    }
}

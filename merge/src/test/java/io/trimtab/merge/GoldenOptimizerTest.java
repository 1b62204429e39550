package io.trimtab.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.shard.ParameterLayout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every run of golden/optimizer_small.json (README section D; official code, torch.optim.AdamW, and an independent program for paper semantics and
 * ChildTuning).
 */
class GoldenOptimizerTest {

    private static final double FLOAT_TOLERANCE = 1e-6;

    @TestFactory
    Stream<DynamicTest> agreesWithTheTrustedImplementation() throws IOException {
        SmallGolden golden = SmallGolden.read();
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode run : golden.runs()) {
            tests.add(DynamicTest.dynamicTest(SmallGolden.name(run), () -> agrees(golden, run)));
        }
        assertThat(tests).hasSize(16);
        return tests.stream();
    }

    private static void agrees(SmallGolden golden, JsonNode run) {
        ParameterLayout layout = golden.layout();
        ArrayMemory memory = new ArrayMemory(layout, narrow(golden.theta()));
        MergedUpdate update = MergedUpdate.create(
                new Solo(),
                memory,
                SmallGolden.adamW(run),
                LearningRateSchedule.constant(),
                SmallGolden.merge(run),
                new ArrayMemory(layout, narrow(golden.theta()))::readWeights,
                new ArrayMemory(layout, narrow(golden.base()))::readWeights);
        for (int step = 1; step <= SmallGolden.steps(run); step++) {
            float[] gradient = narrow(golden.gradient(step));
            System.arraycopy(gradient, 0, memory.gradients, 0, gradient.length);
            update.apply(step, 1.0);
            double[] expected = SmallGolden.after(run, step);
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) memory.weights[i])
                        .as("step %d, weight %d", step, i)
                        .isCloseTo(expected[i], within(FLOAT_TOLERANCE));
            }
        }
    }

    private static float[] narrow(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}

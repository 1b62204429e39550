package io.trimtab.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.sparsify.Rescale;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every run of golden/optimizer_small.json (README section D; official code, torch.optim.AdamW, and an independent program for paper semantics and
 * ChildTuning). {@code use_merge = false} is alpha = 0: the step has weight 1 and, in OnTIES, tau still votes.
 */
class GoldenOptimizerTest {

    private static final double FLOAT_TOLERANCE = 1e-6;

    @TestFactory
    Stream<DynamicTest> agreesWithTheTrustedImplementation() throws IOException {
        JsonNode golden = Golden.read("optimizer_small.json");
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode run : golden.get("runs")) {
            tests.add(DynamicTest.dynamicTest(
                    run.get("kind").asText() + " " + run.get("optimizer"), () -> agrees(golden, run)));
        }
        assertThat(tests).hasSize(16);
        return tests.stream();
    }

    private static void agrees(JsonNode golden, JsonNode run) {
        JsonNode theta0 = golden.get("theta0");
        ParameterLayout layout = layout(theta0);
        ArrayMemory memory = new ArrayMemory(layout, flat(theta0));
        ArrayMemory base = new ArrayMemory(layout, flat(golden.get("theta_base")));
        ArrayMemory sft = new ArrayMemory(layout, flat(theta0));
        MergedUpdate update = MergedUpdate.create(
                new Solo(),
                memory,
                adamW(run),
                LearningRateSchedule.constant(),
                merge(run),
                sft::readWeights,
                base::readWeights);
        for (int step = 1; step <= run.get("theta_after_step").size(); step++) {
            float[] gradient = flat(golden.get("gradients").get(step - 1));
            System.arraycopy(gradient, 0, memory.gradients, 0, gradient.length);
            update.apply(step, 1.0);
            float[] expected = flat(run.get("theta_after_step").get(step - 1));
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) memory.weights[i])
                        .as("step %d, weight %d", step, i)
                        .isCloseTo(expected[i], within(FLOAT_TOLERANCE));
            }
        }
    }

    private static AdamWSettings adamW(JsonNode run) {
        JsonNode optimizer = run.get("optimizer");
        return new AdamWSettings(
                optimizer.get("lr").asDouble(),
                optimizer.get("betas").get(0).asDouble(),
                optimizer.get("betas").get(1).asDouble(),
                optimizer.get("eps").asDouble(),
                optimizer.get("weight_decay").asDouble(),
                0.0);
    }

    private static MergeSettings merge(JsonNode run) {
        JsonNode optimizer = run.get("optimizer");
        boolean paper = optimizer.has("own_scale") || optimizer.has("own_election");
        MergeRuleName rule = switch (run.get("kind").asText()) {
            case "adamw" -> MergeRuleName.NONE;
            case "ondare" -> MergeRuleName.ON_DARE;
            case "onties" -> MergeRuleName.ON_TIES;
            case "childtuning" -> MergeRuleName.CHILDTUNING;
            default -> throw new IllegalArgumentException(run.get("kind").asText());
        };
        double alpha = optimizer.path("use_merge").asBoolean(false)
                ? optimizer.get("alpha").asDouble()
                : 0.0;
        MergeSettings settings = new MergeSettings(
                        rule,
                        paper ? Semantics.PAPER : Semantics.RELEASED,
                        optimizer.path("reserve_p").asDouble(1.0),
                        alpha,
                        optimizer.path("seed").asLong(0))
                .every(optimizer.path("online_step").asInt(1));
        return optimizer.path("rescale").asBoolean(false) ? withL1(settings) : settings;
    }

    private static MergeSettings withL1(MergeSettings settings) {
        MergeSwitches usual = settings.switches();
        return settings.with(new MergeSwitches(
                Rescale.L1, usual.tauMask(), usual.tauClip(), usual.vote(), usual.epsilonPlacement(), usual.decay()));
    }

    private static ParameterLayout layout(JsonNode theta) {
        int a = theta.get("a").size();
        return new ParameterLayout(List.of(
                new ParameterLayout.Tensor(0, "a", 0, a),
                new ParameterLayout.Tensor(1, "b", a, theta.get("b").size())));
    }

    private static float[] flat(JsonNode tensors) {
        int a = tensors.get("a").size();
        float[] values = new float[a + tensors.get("b").size()];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    (float) (i < a ? tensors.get("a").get(i) : tensors.get("b").get(i - a)).asDouble();
        }
        return values;
    }
}

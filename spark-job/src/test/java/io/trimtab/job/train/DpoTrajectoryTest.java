package io.trimtab.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.data.Example;
import io.trimtab.job.metrics.StepMetrics;
import io.trimtab.job.train.LoopRun.Outcome;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.MergeSwitches;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.merge.sparsify.Rescale;
import io.trimtab.model.Policy;
import io.trimtab.model.loss.LossSettings;
import io.trimtab.model.loss.SequenceLoss;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Twelve DPO steps of the whole loop against the reference implementations, golden/README section D: loss, margin and gradient norm
 * before every update, all tensors after it, within the float32 tolerances named there.
 */
class DpoTrajectoryTest {

    @ParameterizedTest(name = "{0} on {4} ranks")
    @CsvSource({
        "adamw_torch, NONE, RELEASED, 1.0, 1",
        "adamw_torch, NONE, RELEASED, 1.0, 2",
        "adamw_torch, NONE, RELEASED, 1.0, 3",
        "adamw_hf, ON_DARE, RELEASED, 1.0, 1",
        "ondare_compat_a1, ON_DARE, RELEASED, 0.1, 1",
        "ondare_compat_a1, ON_DARE, RELEASED, 0.1, 2",
        "ondare_compat_a2_wd, ON_DARE, RELEASED, 0.1, 1",
        "ondare_compat_a2_wd, ON_DARE, RELEASED, 0.1, 3",
        "ondare_paper, ON_DARE, PAPER, 0.1, 1",
        "ondare_paper, ON_DARE, PAPER, 0.1, 2",
        "onties_a1, ON_TIES, RELEASED, 0.1, 1",
        "onties_a1, ON_TIES, RELEASED, 0.1, 2",
        "onties_a1, ON_TIES, RELEASED, 0.1, 3",
        "onties_a2_wd, ON_TIES, RELEASED, 0.1, 1",
        "onties_a2_wd, ON_TIES, RELEASED, 0.1, 3",
        "onties_dense, ON_TIES, RELEASED, 0.5, 1",
        "onties_dense, ON_TIES, RELEASED, 0.5, 2",
        "onties_paper, ON_TIES, PAPER, 0.5, 1",
        "onties_paper, ON_TIES, PAPER, 0.5, 3",
        "ondare_compat_rescale, ON_DARE, RELEASED, 0.1, 1",
        "ondare_compat_rescale, ON_DARE, RELEASED, 0.1, 3",
        "ondare_compat_stepK, ON_DARE, RELEASED, 0.1, 1",
        "ondare_compat_stepK, ON_DARE, RELEASED, 0.1, 2",
        "onties_rescale, ON_TIES, RELEASED, 0.1, 1",
        "onties_rescale, ON_TIES, RELEASED, 0.1, 2",
        "onties_stepK, ON_TIES, RELEASED, 0.1, 1",
        "onties_stepK, ON_TIES, RELEASED, 0.1, 3",
        "childtuning, CHILDTUNING, RELEASED, 0.1, 1",
        "childtuning, CHILDTUNING, RELEASED, 0.1, 2",
    })
    void followsTheReferenceImplementation(
            String run, MergeRuleName rule, Semantics semantics, double density, int ranks) throws Exception {
        JsonNode golden = Golden.read("trajectory_dpo_" + run + ".json");
        assertThat(golden.get("optimizer").path("reserve_p").asDouble(1.0)).isEqualTo(density);
        TinyModel model = TinyModel.open();
        List<List<ReferencedExample>> steps = steps(model, golden);
        RankAssertions.assertBordersCutTensors(model.layout(), ranks);

        List<Outcome> outcomes = loop(model, golden, rule, semantics)
                .ranks(ranks)
                .run((rank, policy) -> Rows.ofRank(steps, rank, ranks));

        RankAssertions.assertBitEqualOnEveryRank(outcomes);
        assertFollows(run, golden, model, outcomes.get(0));
    }

    /** golden/README: these two are the most similar ones, so a tolerance that takes one for the other would be too wide. */
    @Test
    void tellsTheClosestTwoSettingsApart() throws Exception {
        JsonNode torch = Golden.read("trajectory_dpo_adamw_torch.json");
        JsonNode hf = Golden.read("trajectory_dpo_adamw_hf.json");
        TinyModel model = TinyModel.open();
        List<List<ReferencedExample>> steps = steps(model, torch);

        Outcome outcome = loop(model, torch, MergeRuleName.NONE, Semantics.RELEASED)
                .run((rank, policy) -> Rows.ofRank(steps, rank, 1))
                .get(0);

        assertThatThrownBy(() -> assertFollows("adamw_hf", hf, model, outcome)).isInstanceOf(AssertionError.class);
    }

    private static void assertFollows(String run, JsonNode golden, TinyModel model, Outcome outcome) {
        ParameterSummary.Tolerance tolerance =
                ParameterSummary.Tolerance.float32(golden.get("checks").get("float32_vs_float64"));
        JsonNode trajectory = golden.get("trajectory");
        assertThat(outcome.metrics()).hasSize(trajectory.size());
        for (int s = 0; s < trajectory.size(); s++) {
            JsonNode expected = trajectory.get(s);
            assertFigures(
                    outcome.metrics().get(s), expected, golden.get("checks").get("float32_vs_float64"));
            ParameterSummary.assertAgrees(
                    run + " after step " + (s + 1),
                    outcome.weightsAfter().get(s),
                    model.layout(),
                    golden.get("parameters"),
                    expected.get("params"),
                    tolerance);
        }
    }

    private static void assertFigures(StepMetrics actual, JsonNode expected, JsonNode distance) {
        String step = "step " + expected.get("step").asInt() + " ";
        assertThat(actual.value("loss"))
                .as(step + "loss")
                .isCloseTo(expected.get("loss").asDouble(), within(larger(1e-5, distance, "loss_max_abs")));
        assertThat(actual.value("rewards/margins"))
                .as(step + "margin")
                .isCloseTo(expected.get("margin").asDouble(), within(larger(5e-5, distance, "margin_max_abs")));
        double norm = expected.get("grad_norm").asDouble();
        assertThat(actual.value("grad_norm"))
                .as(step + "gradient norm")
                .isCloseTo(norm, within(norm * larger(5e-5, distance, "grad_norm_max_rel")));
    }

    private static double larger(double constant, JsonNode distance, String name) {
        return Math.max(constant, 5 * distance.get(name).asDouble());
    }

    private static LoopRun loop(TinyModel model, JsonNode golden, MergeRuleName rule, Semantics semantics) {
        JsonNode optimizer = golden.get("optimizer");
        LossSettings loss = new LossSettings("sigmoid", golden.get("beta").asDouble(), 0.0, 1.0, 1.0);
        MergeSettings plain = new MergeSettings(
                        rule,
                        semantics,
                        optimizer.path("reserve_p").asDouble(1.0),
                        optimizer.path("alpha").asDouble(0.0),
                        optimizer.path("seed").asLong(42))
                .every(optimizer.path("online_step").asInt(1));
        MergeSettings merge = optimizer.path("rescale").asBoolean(false) ? withL1(plain) : plain;
        return new LoopRun(
                        model::policy,
                        SequenceLoss.of(loss),
                        golden.get("steps").asLong())
                .adamW(adamW(golden))
                .merge(merge, model.weights(), model.perturbed(golden.get("tau_base")));
    }

    private static MergeSettings withL1(MergeSettings settings) {
        MergeSwitches usual = settings.switches();
        return settings.with(new MergeSwitches(
                Rescale.L1, usual.tauMask(), usual.tauClip(), usual.vote(), usual.epsilonPlacement(), usual.decay()));
    }

    static AdamWSettings adamW(JsonNode golden) {
        JsonNode optimizer = golden.get("optimizer");
        return new AdamWSettings(
                optimizer.get("lr").asDouble(),
                0.9,
                0.999,
                optimizer.get("eps").asDouble(),
                optimizer.get("weight_decay").asDouble(),
                golden.get("clip_norm").asDouble());
    }

    /** The pairs of every step with the log-probs of stories260k, the reference. */
    private static List<List<ReferencedExample>> steps(TinyModel model, JsonNode golden) {
        JsonNode batches = Golden.read("batches.json");
        List<List<ReferencedExample>> steps = new ArrayList<>();
        try (Policy reference = model.policy()) {
            for (JsonNode step : golden.get("trajectory")) {
                List<Example> pairs = new ArrayList<>();
                for (int k : Golden.ints(step.get("pairs"))) {
                    pairs.add(Golden.pair(batches, k));
                }
                steps.add(Rows.scored(pairs, reference));
            }
        }
        return steps;
    }
}

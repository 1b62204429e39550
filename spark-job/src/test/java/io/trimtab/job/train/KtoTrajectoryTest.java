package io.trimtab.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.job.metrics.StepMetrics;
import io.trimtab.job.train.LoopRun.Outcome;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.model.Policy;
import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.loss.LossSettings;
import io.trimtab.model.loss.SequenceLoss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Twelve KTO steps of the whole loop against golden/README section E: every KL log-ratio and reward, z0, loss and gradient norm before
 * each update, all tensors after it, within the float32 tolerances named there. The rows' mismatched completions are those of the
 * golden workers; how many of our ranks share them must not matter.
 */
class KtoTrajectoryTest {

    @ParameterizedTest(name = "{0} on {1} ranks")
    @CsvSource({
        "1x4, 1",
        "1x4, 3",
        "1x4_perturbed_reference, 1",
        "1x4_perturbed_reference, 2",
        "1x4_ondare_compat, 1",
        "1x4_ondare_compat, 2",
        "2x2, 1",
        "2x2, 2",
        "3plus2, 1",
        "3plus2, 2",
        "3plus2, 3",
    })
    void followsTheReferenceImplementation(String run, int ranks) throws Exception {
        JsonNode golden = Golden.read("trajectory_kto_" + run + ".json");
        TinyModel model = TinyModel.open();
        List<List<ReferencedExample>> steps = steps(model, golden);
        List<double[]> klRatios = new ArrayList<>();
        List<double[]> rewards = new ArrayList<>();

        List<Outcome> outcomes = loop(model, golden).ranks(ranks).run((rank, policy) -> {
            StepBatches share = Rows.ofRank(steps, rank, ranks);
            return rank > 0
                    ? share
                    : Rows.observed(share, batch -> {
                        List<ReferencedExample> rows = steps.get((int) batch.step() - 1);
                        klRatios.add(logRatios(rows, policy, true));
                        rewards.add(scaled(
                                logRatios(rows, policy, false),
                                golden.get("beta").asDouble()));
                    });
        });

        Outcome first = outcomes.get(0);
        JsonNode distance = golden.get("checks").get("float32_vs_float64");
        for (int s = 0; s < steps.size(); s++) {
            JsonNode expected = golden.get("trajectory").get(s);
            String step = run + " step " + (s + 1) + " ";
            double klTolerance = larger(1e-3, distance, "kl_logratio_max_abs");
            assertAllClose(step + "KL log-ratio", klRatios.get(s), expected.get("kl_logratios"), klTolerance);
            double rewardTolerance = larger(2e-4, distance, "reward_max_abs");
            assertAllClose(step + "reward", rewards.get(s), expected.get("rewards"), rewardTolerance);
            assertFigures(step, first.metrics().get(s), expected, distance);
            ParameterSummary.assertAgrees(
                    step,
                    first.weightsAfter().get(s),
                    model.layout(),
                    golden.get("parameters"),
                    expected.get("params"),
                    ParameterSummary.Tolerance.float32(distance));
        }
        RankAssertions.assertBitEqualOnEveryRank(outcomes);
    }

    private static void assertFigures(String step, StepMetrics actual, JsonNode expected, JsonNode distance) {
        double rewardTolerance = larger(2e-4, distance, "reward_max_abs");
        assertClose(step + "z0", actual, "kl", expected.get("z0"), larger(1e-3, distance, "z0_max_abs"));
        assertClose(step + "loss", actual, "loss", expected.get("loss"), larger(5e-5, distance, "loss_max_abs"));
        assertClose(step, actual, "rewards/chosen", expected.get("rewards_chosen"), rewardTolerance);
        assertClose(step, actual, "rewards/rejected", expected.get("rewards_rejected"), rewardTolerance);
        double norm = expected.get("grad_norm").asDouble();
        assertClose(
                step + "gradient norm",
                actual,
                "grad_norm",
                expected.get("grad_norm"),
                norm * larger(5e-5, distance, "grad_norm_max_rel"));
    }

    /** A class without rows has no reward: then neither side names one. */
    private static void assertClose(String what, StepMetrics actual, String name, JsonNode expected, double tolerance) {
        if (expected.isNull()) {
            assertThat(actual.values()).as(what).doesNotContainKey(name);
        } else {
            assertThat(actual.value(name)).as(what + " " + name).isCloseTo(expected.asDouble(), within(tolerance));
        }
    }

    private static void assertAllClose(String what, double[] actual, JsonNode expected, double tolerance) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as(what + " " + i).isCloseTo(expected.get(i).asDouble(), within(tolerance));
        }
    }

    private static double larger(double constant, JsonNode distance, String name) {
        return Math.max(constant, 5 * distance.get(name).asDouble());
    }

    /** Policy minus reference of each row's mismatched, or of its labelled, completion. */
    private static double[] logRatios(List<ReferencedExample> rows, Policy policy, boolean mismatched) {
        return rows.stream()
                .map(row -> row.only(role -> (role == CompletionRole.MISMATCHED) == mismatched)
                        .orElseThrow())
                .mapToDouble(
                        row -> policy.logProbs(PackedBatch.of(List.of(row.example())))[0] - row.referenceLogProbs()[0])
                .toArray();
    }

    private static double[] scaled(double[] values, double factor) {
        return Arrays.stream(values).map(value -> value * factor).toArray();
    }

    private static LoopRun loop(TinyModel model, JsonNode golden) {
        JsonNode optimizer = golden.get("optimizer");
        LossSettings loss = new LossSettings(
                "kto",
                golden.get("beta").asDouble(),
                0.0,
                golden.get("lambda_desirable").asDouble(),
                golden.get("lambda_undesirable").asDouble());
        MergeRuleName rule = optimizer.has("alpha") ? MergeRuleName.ON_DARE : MergeRuleName.NONE;
        MergeSettings merge = new MergeSettings(
                rule,
                Semantics.RELEASED,
                optimizer.path("reserve_p").asDouble(1.0),
                optimizer.path("alpha").asDouble(0.0),
                optimizer.path("seed").asLong(42));
        AdamWSettings adamW = DpoTrajectoryTest.adamW(golden);
        return new LoopRun(
                        model::policy,
                        SequenceLoss.of(loss),
                        golden.get("steps").asLong())
                .adamW(adamW)
                .merge(merge, model.weights(), model.perturbed(golden.get("perturbation")));
    }

    private static List<List<ReferencedExample>> steps(TinyModel model, JsonNode golden) {
        JsonNode batches = Golden.read("batches.json");
        boolean perturbed = golden.get("reference").asText().equals("perturbed");
        float[] weights = perturbed ? model.perturbed(golden.get("perturbation")) : model.weights();
        List<List<ReferencedExample>> steps = new ArrayList<>();
        try (Policy reference = model.policy(weights)) {
            for (JsonNode step : golden.get("trajectory")) {
                List<Example> rows = new ArrayList<>();
                for (JsonNode worker : step.get("workers")) {
                    rows.addAll(rowsOf(batches, Golden.ints(worker)));
                }
                steps.add(Rows.scored(rows, reference));
            }
        }
        return steps;
    }

    /** Inside a worker, row k gets the completion of row k - 1, the first that of the last. */
    private static List<Example> rowsOf(JsonNode batches, int[] worker) {
        List<Example> rows = new ArrayList<>();
        for (int k = 0; k < worker.length; k++) {
            int before = worker[(k + worker.length - 1) % worker.length];
            rows.add(Golden.labelled(batches, worker[k], before));
        }
        return rows;
    }
}

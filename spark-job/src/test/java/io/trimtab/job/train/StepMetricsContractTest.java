package io.trimtab.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.job.metrics.StepMetrics;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.model.Policy;
import io.trimtab.model.loss.LossSettings;
import io.trimtab.model.loss.SequenceLoss;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** metrics.jsonl as DESIGN section 6 promises it: the names of every stage, their order, and what is known beforehand. */
class StepMetricsContractTest {

    private static final List<String> ALWAYS = List.of(
            "examples",
            "tokens",
            "seconds",
            "seconds/wait_data",
            "seconds/forward",
            "seconds/backward",
            "seconds/reduce",
            "seconds/merge",
            "seconds/gather",
            "seconds/checkpoint",
            "tokens_per_second");

    @Test
    void dpoNamesRewardsAndLogProbsOfBothSides() throws Exception {
        StepMetrics line =
                lines("sigmoid", RandomWorld.scored(RandomWorld.pairs(4))).get(0);

        assertThat(lossNames(line))
                .containsExactlyElementsOf(withAlways(
                        "loss",
                        "grad_norm",
                        "learning_rate",
                        "rewards/chosen",
                        "rewards/rejected",
                        "rewards/accuracies",
                        "rewards/margins",
                        "logps/chosen",
                        "logps/rejected"));
        assertThat(line.value("loss")).isCloseTo(Math.log(2), within(1e-6));
        assertThat(line.value("examples")).isEqualTo(4.0);
        assertThat(line.values().keySet())
                .filteredOn(name -> name.startsWith("merge/"))
                .containsExactly("merge/distance_sft", "merge/lost", "merge/moved");
    }

    @Test
    void ktoNamesTheKlEstimate() throws Exception {
        StepMetrics line =
                lines("kto", RandomWorld.scored(RandomWorld.labelled(4))).get(0);

        assertThat(lossNames(line))
                .containsExactlyElementsOf(withAlways(
                        "loss",
                        "grad_norm",
                        "learning_rate",
                        "rewards/chosen",
                        "rewards/rejected",
                        "rewards/margins",
                        "logps/chosen",
                        "logps/rejected",
                        "kl"));
        assertThat(line.value("loss")).isCloseTo(0.5, within(1e-6));
        assertThat(line.value("kl")).isCloseTo(0.0, within(1e-5));
    }

    @Test
    void aStepWithOneClassOnlyLeavesTheOtherOut() throws Exception {
        List<Example> desirable = RandomWorld.examples(4, CompletionRole.DESIRABLE, CompletionRole.MISMATCHED);
        StepMetrics line = lines("kto", RandomWorld.scored(desirable)).get(0);

        assertThat(lossNames(line))
                .containsExactlyElementsOf(
                        withAlways("loss", "grad_norm", "learning_rate", "rewards/chosen", "logps/chosen", "kl"));
    }

    @Test
    void sftAndPretrainingNameTheLossAlone() throws Exception {
        List<ReferencedExample> targets = RandomWorld.examples(4, CompletionRole.TARGET).stream()
                .map(ReferencedExample::withoutReference)
                .toList();
        List<ReferencedExample> texts = RandomWorld.examples(4, CompletionRole.TARGET).stream()
                .map(row -> ReferencedExample.withoutReference(new Example(row.id(), new int[0], row.completions())))
                .toList();

        for (List<ReferencedExample> rows : List.of(targets, texts)) {
            StepMetrics line = lines("sft", rows).get(0);
            assertThat(line.values().keySet())
                    .containsExactlyElementsOf(withAlways("loss", "grad_norm", "learning_rate"));
            assertThat(line.value("loss")).isCloseTo(Math.log(32), within(0.5));
        }
    }

    @Test
    void aMergingRuleAlsoSaysHowMuchOfTheSftDeltaItHasAdded() throws Exception {
        float[] weights;
        try (Policy policy = RandomWorld.policy()) {
            weights = LoopRun.weights(policy);
        }
        List<StepMetrics> lines = loop("sigmoid")
                .merge(
                        new MergeSettings(MergeRuleName.ON_DARE, Semantics.RELEASED, 0.5, 0.25, 42),
                        weights,
                        new float[weights.length])
                .run((rank, policy) -> Rows.ofRank(steps(RandomWorld.scored(RandomWorld.pairs(4))), rank, 1))
                .get(0)
                .metrics();

        assertThat(lines)
                .allSatisfy(line -> assertThat(line.values())
                        .containsKeys("merge/tau_share", "merge/sign_conflicts", "merge/cosine", "merge/distance_base"))
                .extracting(line -> line.value("merge/cumulative_alpha"))
                .containsExactly(0.25, 0.5, 0.75);
    }

    @Test
    void evaluationStandsInTheLineOfItsStep() throws Exception {
        List<StepMetrics> lines = loop("sigmoid")
                .evaluateEverySteps(2)
                .run((rank, policy) -> Rows.ofRank(steps(RandomWorld.scored(RandomWorld.pairs(4))), rank, 1))
                .get(0)
                .metrics();

        assertThat(lines)
                .extracting(line -> line.values().containsKey("eval_weight_norm"))
                .containsExactly(false, true, false);
    }

    @Test
    void usefulTokensCountThePromptOncePerTrainedCompletionOverAllRanks() throws Exception {
        List<ReferencedExample> rows = RandomWorld.scored(RandomWorld.labelled(5));
        double expected = 0;
        for (ReferencedExample row : rows) {
            Example example = row.example();
            expected += example.prompt().length + example.completions().get(0).length();
        }
        StepMetrics line = loop("kto")
                .ranks(2)
                .run((rank, policy) -> Rows.ofRank(steps(rows), rank, 2))
                .get(0)
                .metrics()
                .get(0);

        assertThat(line.value("tokens")).isEqualTo(expected);
    }

    @Test
    void phasesArePartsOfTheStep() throws Exception {
        for (StepMetrics line : lines("sigmoid", RandomWorld.scored(RandomWorld.pairs(4)))) {
            double phases = 0;
            for (Phase phase : Phase.values()) {
                double seconds = line.value(phase.metric());
                assertThat(seconds).isNotNegative();
                phases += seconds;
            }
            double total = line.value("seconds");
            assertThat(phases).isLessThanOrEqualTo(total);
            assertThat(line.value("seconds/forward")).isPositive();
            assertThat(line.value("seconds/backward")).isPositive();
            assertThat(line.value("tokens_per_second")).isCloseTo(line.value("tokens") / total, within(1e-6));
        }
    }

    private static List<String> withAlways(String... names) {
        List<String> all = new ArrayList<>(List.of(names));
        all.addAll(ALWAYS);
        return all;
    }

    private static List<StepMetrics> lines(String loss, List<ReferencedExample> rows) throws Exception {
        return loop(loss)
                .evaluateEverySteps(0)
                .run((rank, policy) -> Rows.ofRank(steps(rows), rank, 1))
                .get(0)
                .metrics();
    }

    /** The same rows three times. */
    private static List<List<ReferencedExample>> steps(List<ReferencedExample> rows) {
        return List.of(rows, rows, rows);
    }

    private static LoopRun loop(String loss) {
        return new LoopRun(RandomWorld::policy, SequenceLoss.of(new LossSettings(loss, 0.1, 0.0, 1.0, 1.0)), 3);
    }

    /** Without what is said of the merge. */
    private static List<String> lossNames(StepMetrics line) {
        return line.values().keySet().stream()
                .filter(name -> !name.startsWith("merge/"))
                .toList();
    }
}

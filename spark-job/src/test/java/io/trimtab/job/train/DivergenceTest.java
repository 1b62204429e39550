package io.trimtab.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.job.config.DivergedException;
import io.trimtab.job.train.LoopRun.Outcome;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.model.loss.LossSettings;
import io.trimtab.model.loss.SequenceLoss;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A step that leaves the finite numbers ends the run on all ranks together, and none of them has taken it. */
class DivergenceTest {

    @Test
    void aLossThatIsNotANumberOnOneRankStopsAllWithUnchangedWeights() throws Exception {
        List<List<ReferencedExample>> steps = new ArrayList<>(steps());
        steps.set(3, withBrokenReference(steps.get(3)));

        List<Outcome> outcomes = dpo(0.1).ranks(3).attempt((rank, policy) -> Rows.ofRank(steps, rank, 3));

        for (Outcome outcome : outcomes) {
            assertThat(outcome.failure())
                    .isInstanceOf(DivergedException.class)
                    .hasMessage(
                            "Training diverged in step 4: loss NaN, gradient norm not computed; the weights are those of"
                                    + " step 3. Lower optimizer.learning-rate or optimizer.max-gradient-norm");
            assertThat(outcome.weightsAfter()).hasSize(3);
            RankAssertions.assertBitEqual(
                    "weights", outcome.weights(), outcome.weightsAfter().get(2));
        }
        assertThat(outcomes.get(0).metrics()).hasSize(3);
    }

    /** Beta 1e300: the loss still fits a double, its gradient no float. */
    @Test
    void aGradientThatIsNotFiniteStopsAllWithUnchangedWeights() throws Exception {
        List<Outcome> outcomes = dpo(1e300).ranks(2).attempt((rank, policy) -> Rows.ofRank(steps(), rank, 2));

        float[] initial;
        try (var policy = RandomWorld.policy()) {
            initial = LoopRun.weights(policy);
        }
        for (Outcome outcome : outcomes) {
            assertThat(outcome.failure())
                    .isInstanceOf(DivergedException.class)
                    .hasMessageMatching(
                            "Training diverged in step 1: loss [0-9.E+]+, gradient norm (NaN|Infinity); .*");
            RankAssertions.assertBitEqual("weights", outcome.weights(), initial);
        }
    }

    /** A learning rate beyond floats: loss and gradient of the step are fine, what it leaves is not. */
    @Test
    void aStepThatLeavesNoNumbersStopsAllAndIsNotSaved() throws Exception {
        MemoryCheckpoints checkpoints = new MemoryCheckpoints();
        List<Outcome> outcomes = dpo(0.1).adamW(new AdamWSettings(1e39, 0.9, 0.999, 1e-8, 0.0, 1.0))
                .ranks(2)
                .saveEverySteps(1)
                .checkpoints(checkpoints)
                .attempt((rank, policy) -> Rows.ofRank(steps(), rank, 2));

        for (Outcome outcome : outcomes) {
            assertThat(outcome.failure())
                    .isInstanceOf(DivergedException.class)
                    .hasMessageStartingWith("Training diverged in step 1: ")
                    .hasMessageContaining(" after it, loss 0.69");
            assertThat(outcome.metrics()).isEmpty();
        }
        assertThat(checkpoints.saves()).isEmpty();
    }

    private static LoopRun dpo(double beta) {
        return new LoopRun(RandomWorld::policy, SequenceLoss.of(new LossSettings("sigmoid", beta, 0.0, 1.0, 1.0)), 6);
    }

    private static List<List<ReferencedExample>> steps() {
        return RandomWorld.steps(RandomWorld.scored(RandomWorld.pairs(30)), 5);
    }

    private static List<ReferencedExample> withBrokenReference(List<ReferencedExample> rows) {
        List<ReferencedExample> broken = new ArrayList<>(rows);
        broken.set(0, new ReferencedExample(rows.get(0).example(), new double[] {Double.NaN, 0}));
        return broken;
    }
}

package io.trimtab.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.rule.ExpectedChange;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.merge.shard.ParameterLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Median |weight| is 0.02 in every run here, so half an ulp is 2^-30; tau is 1e-3 everywhere. */
class ExpectedChangeTest {

    private static final double HALF_ULP = 0x1.0p-30;

    @Test
    void figuresOfTheReleasedOnDare() throws Exception {
        ExpectedChange expected = expected(1e-6, merge(MergeRuleName.ON_DARE, Semantics.RELEASED, 1e-3), 1);
        assertThat(expected.effectiveLearningRate()).isCloseTo(0.999e-6, within(1e-18));
        assertThat(expected.delta()).isCloseTo(0.999e-6 / 0.5, within(1e-18));
        assertThat(expected.weightedTau()).isCloseTo(1e-3 * 2e-3, within(1e-12)); // tau / density
        assertThat(expected.halfUlp()).isEqualTo(HALF_ULP);
    }

    @Test
    void paperSemanticsLowersTheEffectiveLearningRateByTheDensity() throws Exception {
        ExpectedChange expected = expected(1e-6, merge(MergeRuleName.ON_DARE, Semantics.PAPER, 1e-3), 1);
        assertThat(expected.effectiveLearningRate()).isCloseTo(0.5 * 0.999e-6, within(1e-18));
        assertThat(expected.delta()).isCloseTo(0.999e-6, within(1e-18));
        assertThat(expected.weightedTau()).isCloseTo(1e-3 * 1e-3, within(1e-12));
    }

    @Test
    void onTiesKeepsStepsAsTheyAre() throws Exception {
        ExpectedChange expected = expected(1e-6, merge(MergeRuleName.ON_TIES, Semantics.RELEASED, 1e-3), 1);
        assertThat(expected.effectiveLearningRate()).isCloseTo(0.5 * 0.999e-6, within(1e-18));
        assertThat(expected.weightedTau()).isCloseTo(1e-3 * 1e-3, within(1e-12));
    }

    @Test
    void figuresAreEqualOnEveryNumberOfRanks() throws Exception {
        MergeSettings merge = merge(MergeRuleName.ON_DARE, Semantics.RELEASED, 1e-3);
        ExpectedChange alone = expected(1e-6, merge, 1);
        for (ExpectedChange one : expectedOnAll(1e-6, merge, 3)) {
            assertThat(one.medianWeight()).isEqualTo(alone.medianWeight());
            assertThat(one.weightedTau()).isCloseTo(alone.weightedTau(), within(1e-15));
        }
    }

    /** methods.md, trap 8: alpha 1e-7 without 1/density is rounded away, the step of 1e-6 is not: the run goes on with a remark. */
    @Test
    void saysWhenOnlyTheSftDeltaIsRoundedAway() throws Exception {
        ExpectedChange expected = expected(1e-6, merge(MergeRuleName.ON_TIES, Semantics.RELEASED, 1e-7), 1);
        assertThat(expected.vanishes()).isFalse();
        assertThat(expected.banner())
                .startsWith(
                        "Effective learning rate 5.00e-07; per step expected |delta| 1.00e-06, |alpha tau| 1.00e-10;")
                .endsWith("merge.alpha is too small to matter");
        // half an ulp of 0.02 is 2^-30, tau 1e-3: from 9.3e-7 on; answered in eighths of an octave
        assertThat(expected.visibleAlpha()).isBetween(HALF_ULP / 1e-3, HALF_ULP / 1e-3 * 1.1);
        assertThat(expected.warning())
                .hasValueSatisfying(line -> assertThat(line)
                        .startsWith("merge.alpha 1.00e-07 is numerically without effect")
                        .contains("from merge.alpha = 9."));
    }

    /** What the warning names does what it says. */
    @Test
    void theAlphaOfTheWarningArrives() throws Exception {
        double enough = expected(1e-6, merge(MergeRuleName.ON_TIES, Semantics.RELEASED, 1e-7), 1)
                .visibleAlpha();
        ArrayMemory memory = memory();
        MergedUpdate update = start(new Solo(), memory, 0.0, merge(MergeRuleName.ON_TIES, Semantics.RELEASED, enough));
        assertThat(update.expectedChange().warning()).isEmpty();
        assertThat(update.apply(1, 1.0).telemetry().values().get("tau_lost")).isLessThanOrEqualTo(0.5);
        MergedUpdate tooLittle =
                start(new Solo(), memory(), 0.0, merge(MergeRuleName.ON_TIES, Semantics.RELEASED, enough / 2));
        assertThat(tooLittle.apply(1, 1.0).telemetry().values().get("tau_lost")).isGreaterThan(0.5);
    }

    @Test
    void runThatCannotMoveAWeightIsRefused() throws Exception {
        MergedUpdate update = update(5e-10, merge(MergeRuleName.ON_TIES, Semantics.RELEASED, 1e-7), 1)
                .get(0);
        assertThat(update.expectedChange().vanishes()).isTrue();
        assertThatThrownBy(update::requireChange)
                .isInstanceOf(NoChangeException.class)
                .hasMessageContaining("the weights would stay as they are")
                .hasMessageContaining("neither changes a weight")
                .hasMessageContaining("raise optimizer.learning-rate");
    }

    /** The refused settings do what the message says: nothing. */
    @Test
    void refusedSettingsIndeedMoveNothing() {
        ArrayMemory memory = memory();
        MergedUpdate update = start(new Solo(), memory, 5e-10, merge(MergeRuleName.ON_TIES, Semantics.RELEASED, 1e-7));
        float[] before = memory.weights.clone();
        Arrays.fill(memory.gradients, 1.0f);
        update.apply(1, 1.0);
        assertThat(memory.weights).isEqualTo(before);
    }

    @Test
    void plainAdamWIsJudgedByItsStepAlone() throws Exception {
        assertThat(expected(5e-10, MergeSettings.none(), 1).vanishes()).isTrue();
        MergedUpdate visible = update(1e-6, MergeSettings.none(), 1).get(0);
        assertThatCode(visible::requireChange).doesNotThrowAnyException();
    }

    private static ExpectedChange expected(double learningRate, MergeSettings merge, int ranks) throws Exception {
        return expectedOnAll(learningRate, merge, ranks).get(0);
    }

    private static List<ExpectedChange> expectedOnAll(double learningRate, MergeSettings merge, int ranks)
            throws Exception {
        return update(learningRate, merge, ranks).stream()
                .map(MergedUpdate::expectedChange)
                .toList();
    }

    private static List<MergedUpdate> update(double learningRate, MergeSettings merge, int ranks) throws Exception {
        return Ranks.run(ranks, collective -> start(collective, memory(), learningRate, merge));
    }

    private static MergedUpdate start(
            Collective collective, ArrayMemory memory, double learningRate, MergeSettings merge) {
        AdamWSettings adamW = new AdamWSettings(learningRate, 0.9, 0.999, 1e-8, 0.0, 1.0);
        return MergedUpdate.create(
                collective,
                memory,
                adamW,
                LearningRateSchedule.constant(),
                merge,
                memory::readWeights,
                (offset, target, at, length) -> {
                    memory.readWeights(offset, target, at, length);
                    for (int i = at; i < at + length; i++) {
                        target[i] -= 1e-3f;
                    }
                });
    }

    private static ArrayMemory memory() {
        float[] weights = new float[1001];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (i % 2 == 0 ? 1 : -1) * (0.02f + (i - 500) * 1e-6f);
        }
        return new ArrayMemory(
                new ParameterLayout(List.of(new ParameterLayout.Tensor(0, "all", 0, weights.length))), weights);
    }

    private static MergeSettings merge(MergeRuleName rule, Semantics semantics, double alpha) {
        return new MergeSettings(rule, semantics, 0.5, alpha, 3);
    }
}

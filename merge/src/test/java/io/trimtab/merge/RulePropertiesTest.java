package io.trimtab.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.rule.UnusableWeightsException;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.DecayPlace;
import io.trimtab.merge.settings.EmaSettings;
import io.trimtab.merge.settings.EpsilonPlacement;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.merge.sparsify.Rescale;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must hold of a rule whatever the numbers are. Weights are 0 at the start, so that a weight after one step is what the step added, unrounded. */
class RulePropertiesTest {

    private static final int[] LENGTHS = {4000, 0, 1, 700};
    private static final int SIZE = 4701;
    private static final AdamWSettings ADAMW = new AdamWSettings(1e-3, 0.9, 0.999, 1e-3, 0.0, 0.0);
    private static final float[] NONE = new float[SIZE];
    /** Place of the tensor of one entry. */
    private static final int SINGLE = 4000;
    /** An SFT delta in that tensor alone: policy and base must not be equal. */
    private static final float[] ONE = one();

    private static MergeSettings merge(MergeRuleName rule, Semantics semantics, double density, double alpha) {
        return new MergeSettings(rule, semantics, density, alpha, 17);
    }

    @Nested
    class Survivors {

        /** Five standard deviations of a binomial count. */
        @ParameterizedTest
        @ValueSource(doubles = {0.02, 0.3, 0.9})
        void ofRandomMasksAreADensityShareOfEachTensor(double density) {
            for (int seed = 0; seed < 5; seed++) {
                float[] step = step(merge(MergeRuleName.ON_DARE, Semantics.PAPER, density, 0), NONE, gaussians(seed));
                double deviation = Math.sqrt(4000 * density * (1 - density));
                assertThat((double) nonZeros(step, 0, 4000)).isCloseTo(4000 * density, within(5 * deviation));
            }
        }

        @ParameterizedTest
        @ValueSource(doubles = {0.02, 0.3, 0.9})
        void ofLargestEntriesAreExactlyTheFloor(double density) {
            float[] step = step(merge(MergeRuleName.ON_TIES, Semantics.PAPER, density, 0), NONE, gaussians(3));
            assertThat(nonZeros(step, 0, 4000)).isEqualTo((int) (4000 * density));
            assertThat(nonZeros(step, 4000, 4001))
                    .as("a tensor of one entry stays dense")
                    .isEqualTo(1);
            assertThat(nonZeros(step, 4001, SIZE)).isEqualTo((int) (700 * density));
        }

        @Test
        void ofEqualMagnitudesAreTheFirstOnes() {
            float[] equal = new float[SIZE];
            Random random = new Random(5);
            for (int i = 0; i < SIZE; i++) {
                equal[i] = random.nextBoolean() ? 0.5f : -0.5f;
            }
            float[] step = step(merge(MergeRuleName.ON_TIES, Semantics.PAPER, 0.25, 0), NONE, equal);
            assertThat(nonZeros(step, 0, 1000)).isEqualTo(1000);
            assertThat(nonZeros(step, 1000, 4000)).isZero();
        }

        @Test
        void areToldApartDownToTheSmallestFloats() {
            float[] tau = new float[SIZE];
            for (int i = 0; i < 4000; i++) {
                tau[i] = Float.MIN_VALUE * (1 + i);
            }
            float[] step = step(merge(MergeRuleName.ON_TIES, Semantics.PAPER, 0.25, 1), tau, NONE);
            assertThat(nonZeros(step, 0, 3000)).isZero();
            assertThat(Arrays.copyOfRange(step, 3000, 4000)).isEqualTo(Arrays.copyOfRange(tau, 3000, 4000));
        }
    }

    @ParameterizedTest
    @CsvSource({"ON_DARE, RELEASED", "ON_DARE, PAPER", "ON_TIES, RELEASED", "ON_TIES, PAPER"})
    void rescalingByL1KeepsTheNormOfEveryTensor(MergeRuleName rule, Semantics semantics) {
        float[] gradient = gaussians(8);
        float[] plain = step(merge(MergeRuleName.ON_DARE, Semantics.PAPER, 1, 0), NONE, gradient);
        float[] step = step(Switched.rescale(merge(rule, semantics, 0.1, 0), Rescale.L1), ONE, gradient);
        for (int[] tensor : new int[][] {{0, 4000}, {4001, SIZE}}) {
            double norm = norm(plain, tensor[0], tensor[1]);
            assertThat(norm(step, tensor[0], tensor[1])).isCloseTo(norm, within(1e-5 * norm));
        }
    }

    /** A tensor all of whose entries are dropped, and one that is 0 before: neither is divided by nothing. */
    @Test
    void rescalingByL1LeavesNothingAtNothing() {
        MergeSettings merge = Switched.rescale(merge(MergeRuleName.ON_DARE, Semantics.RELEASED, 1e-9, 0), Rescale.L1);
        assertThat(step(merge, NONE, gaussians(1))).containsOnly(0.0f);
        MergeSettings ties = Switched.rescale(merge(MergeRuleName.ON_TIES, Semantics.RELEASED, 0.1, 0.5), Rescale.L1);
        float[] step = step(ties, ONE, NONE);
        assertThat(step[SINGLE]).isEqualTo(0.5f);
        step[SINGLE] = 0.0f;
        assertThat(step).containsOnly(0.0f);
    }

    @Test
    void rescaledStepIsCutToOne() {
        AdamWSettings violent = new AdamWSettings(100.0, 0.9, 0.999, 1e-3, 0.0, 0.0);
        MergeSettings merge = Switched.rescale(merge(MergeRuleName.ON_DARE, Semantics.RELEASED, 0.5, 0), Rescale.L1);
        float[] step = train(new Solo(), violent, merge, NONE, List.of(gaussians(2)));
        for (float value : step) {
            assertThat(Math.abs(value)).isLessThanOrEqualTo(1.0f);
        }
        assertThat(nonZeros(step, 0, SIZE)).isGreaterThan(2000);
    }

    /** Against tau the other way round, so does the step: no sign is preferred, but by the unweighted vote's + for 0. */
    @ParameterizedTest
    @MethodSource("io.trimtab.merge.Merges#all")
    void mirroredNumbersMoveTheOtherWay(MergeSettings merge) {
        float[] tau = gaussians(11);
        List<float[]> gradients = List.of(gaussians(12), gaussians(13), gaussians(14));
        float[] moved = train(new Solo(), ADAMW, merge, tau, gradients);
        float[] mirrored = train(
                new Solo(),
                ADAMW,
                merge,
                negative(tau),
                gradients.stream().map(RulePropertiesTest::negative).toList());
        for (int i = 0; i < SIZE; i++) {
            assertThat(mirrored[i]).as("entry " + i).isEqualTo(0.0f - moved[i]);
        }
    }

    @ParameterizedTest
    @CsvSource({"ON_DARE, RELEASED", "ON_DARE, PAPER", "ON_TIES, PAPER", "CHILDTUNING, RELEASED"})
    void everythingKeptAndNoSftDeltaIsPlainAdamW(MergeRuleName rule, Semantics semantics) {
        MergeSettings plain = Switched.adamW(MergeSettings.none(), EpsilonPlacement.UNCORRECTED, DecayPlace.AFTER);
        AdamWSettings decaying = new AdamWSettings(1e-3, 0.9, 0.999, 1e-3, 0.1, 1.0);
        List<float[]> gradients = List.of(gaussians(1), gaussians(2), gaussians(3));
        assertThat(train(new Solo(), decaying, merge(rule, semantics, 1, 0), gaussians(4), gradients))
                .isEqualTo(train(new Solo(), decaying, plain, NONE, gradients));
    }

    @Nested
    class StepK {

        /** Between merges the model sees plain AdamW. */
        @ParameterizedTest
        @EnumSource(
                value = MergeRuleName.class,
                names = {"ON_DARE", "ON_TIES"})
        void stepsBetweenArePlain(MergeRuleName rule) {
            MergeSettings plain = Switched.adamW(MergeSettings.none(), EpsilonPlacement.UNCORRECTED, DecayPlace.AFTER);
            List<float[]> gradients = List.of(gaussians(1), gaussians(2));
            float[] between = train(
                    new Solo(), ADAMW, merge(rule, Semantics.RELEASED, 0.1, 0.5).every(3), gaussians(4), gradients);
            assertThat(between).isEqualTo(train(new Solo(), ADAMW, plain, NONE, gradients));
        }

        /** Steps of a tenth of half an ulp: each alone is lost, a thousand of them are not. */
        @Test
        void stepsTooSmallForAFloatAddUp() {
            ParameterLayout layout = new ParameterLayout(List.of(new ParameterLayout.Tensor(0, "w", 0, 1)));
            ArrayMemory memory = new ArrayMemory(layout, new float[] {1.0f});
            MergeSettings merge =
                    merge(MergeRuleName.ON_DARE, Semantics.PAPER, 1, 0).every(1000);
            AdamWSettings tiny = new AdamWSettings(3e-9, 0.9, 0.999, 1e-8, 0.0, 0.0);
            MergedUpdate update =
                    MergedUpdate.create(new Solo(), memory, tiny, LearningRateSchedule.constant(), merge, null, null);
            for (int step = 1; step <= 1000; step++) {
                memory.gradients[0] = 1.0f;
                update.apply(step, 1.0);
            }
            assertThat((double) memory.weights[0]).isCloseTo(1.0 - 3e-6, within(1e-7));
        }

        @Test
        void addsTauOncePerMerge() {
            MergeSettings merge =
                    merge(MergeRuleName.ON_DARE, Semantics.PAPER, 1, 0.25).every(2);
            float[] tau = gaussians(4);
            float[] moved = train(new Solo(), ADAMW, merge, tau, List.of(NONE, NONE, NONE, NONE, NONE));
            for (int i = 0; i < SIZE; i++) {
                assertThat(moved[i]).isEqualTo(0.5f * tau[i]);
            }
        }

        @Test
        void startSaysWhatBecomesOfATail() {
            MergeSettings merge =
                    merge(MergeRuleName.ON_TIES, Semantics.RELEASED, 0.1, 0.5).every(4);
            assertThat(Remarks.of(merge, 10))
                    .containsExactly(
                            "Merges every 4 steps; of all 10 steps the last 2, less than an interval, stay plain"
                                    + " AdamW steps that are not merged");
            assertThat(Remarks.of(merge, 12))
                    .containsExactly("Merges every 4 steps; the last of all 12 steps is a merge");
            assertThat(Remarks.of(merge, 3).get(0)).contains("nothing is ever merged");
            assertThat(Remarks.of(merge.every(1), 10)).isEmpty();
        }
    }

    @Nested
    class Average {

        private final MergeSettings ema = new MergeSettings(MergeRuleName.EMA, Semantics.RELEASED, 1, 0, 0);

        /** With decay d and weights w1, w2 from 0 on: d (1 - d) w1 + (1 - d) w2, on any number of ranks. */
        @ParameterizedTest
        @ValueSource(ints = {1, 3})
        void isShownForMeasuringAndTakenBack(int ranks) throws Exception {
            MergeSettings merge = ema.with(new EmaSettings(0.75, EmaSettings.Export.AVERAGE));
            List<float[]> averages = Ranks.run(ranks, collective -> {
                Fixture fixture = new Fixture(collective, ADAMW, merge, NONE);
                float[] one = fixture.train(List.of(gaussians(1))).clone();
                float[] two = fixture.train(List.of(gaussians(2))).clone();
                float[] shown = fixture.update.withResult(fixture.memory.weights::clone);
                assertThat(fixture.memory.weights).isEqualTo(two);
                for (int i = 0; i < SIZE; i++) {
                    assertThat((double) shown[i]).isCloseTo(0.1875 * one[i] + 0.25 * two[i], within(1e-9));
                }
                return shown;
            });
            assertThat(averages.get(ranks - 1)).isEqualTo(averages.get(0));
        }

        @Test
        void leavesTheTrainingAlone() {
            List<float[]> gradients = List.of(gaussians(1), gaussians(2));
            assertThat(train(new Solo(), ADAMW, ema.with(Merges.AVERAGE), NONE, gradients))
                    .isEqualTo(train(new Solo(), ADAMW, MergeSettings.none(), NONE, gradients));
        }

        @Test
        void decayOfZeroFollowsTheWeights() {
            Fixture fixture =
                    new Fixture(new Solo(), ADAMW, ema.with(new EmaSettings(0, EmaSettings.Export.AVERAGE)), NONE);
            float[] weights = fixture.train(List.of(gaussians(1), gaussians(2))).clone();
            assertThat(fixture.update.<float[]>withResult(fixture.memory.weights::clone))
                    .isEqualTo(weights);
        }
    }

    @Nested
    class NotANumber {

        @ParameterizedTest
        @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
        void inTheSftDeltaIsRefusedOnEveryRankWithTheTensorsName(float bad) throws Exception {
            float[] tau = gaussians(1);
            tau[4200] = bad;
            MergeSettings merge = merge(MergeRuleName.ON_TIES, Semantics.RELEASED, 0.5, 0.1);
            List<String> messages = Ranks.run(3, collective -> {
                assertThatThrownBy(() -> new Fixture(collective, ADAMW, merge, tau))
                        .isInstanceOf(UnusableWeightsException.class)
                        .hasMessage(
                                "Cannot train: the SFT delta (model.policy minus model.base) in tensor3 has an entry"
                                        + " that is not a finite number; mend or replace that model folder");
                return "";
            });
            assertThat(messages).hasSize(3);
        }

        @Test
        void inThePolicyIsRefusedUnderEveryRule() {
            float[] weights = new float[SIZE];
            weights[7] = Float.NaN;
            ArrayMemory memory = new ArrayMemory(layout(), weights);
            assertThatThrownBy(() -> MergedUpdate.create(
                            new Solo(),
                            memory,
                            ADAMW,
                            LearningRateSchedule.constant(),
                            MergeSettings.none(),
                            null,
                            null))
                    .isInstanceOf(UnusableWeightsException.class)
                    .hasMessageContaining("the policy's tensor tensor0");
        }
    }

    /** README.md of this module has the table. */
    @ParameterizedTest
    @CsvSource({
        "NONE, RELEASED, 0.1, 1, 16",
        "CHILDTUNING, RELEASED, 0.1, 1, 16",
        "EMA, RELEASED, 0.1, 1, 20",
        "ON_DARE, RELEASED, 0.1, 1, 16.6",
        "ON_DARE, RELEASED, 0.9, 1, 20",
        "ON_DARE, PAPER, 0.1, 1, 20",
        "ON_TIES, RELEASED, 0.2, 1, 17.2",
        "ON_TIES, PAPER, 0.2, 1, 17.2",
        "ON_TIES, RELEASED, 0.2, 3, 21.2",
        "ON_DARE, PAPER, 0.1, 3, 24"
    })
    void memoryPerParameterIsTheReadmes(
            MergeRuleName rule, Semantics semantics, double density, int interval, double bytes) {
        MergeSettings merge = merge(rule, semantics, density, 0.1).every(interval);
        assertThat(merge.bytesPerParameter()).isCloseTo(bytes, within(1e-9));
        assertThat(MeasuredMemory.bytesPerParameter(merge, MeasuredMemory.NOISE))
                .isCloseTo(bytes, within(0.05));
    }

    /** bfloat16 models that differ little: most differences fit into bfloat16. Without alpha there is none. */
    @Test
    void sftDeltaTakesNoMoreThanItsValuesNeed() {
        MergeSettings fresh = merge(MergeRuleName.ON_DARE, Semantics.PAPER, 0.1, 0.1);
        assertThat(MeasuredMemory.bytesPerParameter(fresh, MeasuredMemory.SIXTEENTHS))
                .isEqualTo(18);
        MergeSettings ties = merge(MergeRuleName.ON_TIES, Semantics.PAPER, 0.1, 0.1);
        assertThat(MeasuredMemory.bytesPerParameter(ties, MeasuredMemory.SIXTEENTHS))
                .isCloseTo(16.4, within(0.01));
        MergeSettings without = merge(MergeRuleName.ON_DARE, Semantics.PAPER, 0.1, 0.0);
        assertThat(MeasuredMemory.bytesPerParameter(without, MeasuredMemory.NOISE))
                .isEqualTo(16);
        assertThat(without.bytesPerParameter()).isEqualTo(16);
    }

    /** A training whose weights begin at 0, with any tau. */
    private static final class Fixture {

        final ArrayMemory memory = new ArrayMemory(layout(), NONE);
        final MergedUpdate update;
        private final boolean first;

        Fixture(Collective collective, AdamWSettings adamW, MergeSettings merge, float[] tau) {
            this.first = collective.rank() == 0;
            this.update = MergedUpdate.create(
                    collective,
                    memory,
                    adamW,
                    LearningRateSchedule.constant(),
                    merge,
                    new ArrayMemory(layout(), tau)::readWeights,
                    new ArrayMemory(layout(), NONE)::readWeights);
        }

        float[] train(List<float[]> gradients) {
            for (float[] gradient : gradients) {
                if (first) {
                    System.arraycopy(gradient, 0, memory.gradients, 0, SIZE);
                }
                update.apply(update.lastStep() + 1, 1.0);
            }
            return memory.weights;
        }
    }

    private static float[] one() {
        float[] tau = new float[SIZE];
        tau[SINGLE] = 1.0f;
        return tau;
    }

    private static float[] step(MergeSettings merge, float[] tau, float[] gradient) {
        return train(new Solo(), ADAMW, merge, tau, List.of(gradient));
    }

    private static float[] train(
            Collective collective, AdamWSettings adamW, MergeSettings merge, float[] tau, List<float[]> gradients) {
        return new Fixture(collective, adamW, merge, tau).train(gradients);
    }

    private static ParameterLayout layout() {
        ParameterLayout.Tensor[] tensors = new ParameterLayout.Tensor[LENGTHS.length];
        long offset = 0;
        for (int t = 0; t < LENGTHS.length; t++) {
            tensors[t] = new ParameterLayout.Tensor(t, "tensor" + t, offset, LENGTHS[t]);
            offset += LENGTHS[t];
        }
        return new ParameterLayout(List.of(tensors));
    }

    private static float[] gaussians(long seed) {
        Random random = new Random(seed);
        float[] values = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] negative(float[] values) {
        float[] mirrored = values.clone();
        for (int i = 0; i < mirrored.length; i++) {
            mirrored[i] = -mirrored[i];
        }
        return mirrored;
    }

    private static int nonZeros(float[] values, int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            count += values[i] == 0.0f ? 0 : 1;
        }
        return count;
    }

    private static double norm(float[] values, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += Math.abs(values[i]);
        }
        return sum;
    }
}

package io.trimtab.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.allreduce.Rings;
import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.ScheduleName;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.sparsify.Rescale;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MergedUpdateTest {

    private static final int STEPS = 6;
    private static final long SEED = 405_17931L;

    private static final LearningRateSchedule SCHEDULE =
            new LearningRateSchedule(ScheduleName.LINEAR, 1, STEPS + 1, 0.5);

    /** A large epsilon, so that magnitudes differ and float and double agree about the largest ones. */
    private static final AdamWSettings ADAMW = new AdamWSettings(1e-3, 0.9, 0.999, 1e-3, 0.01, 1.0);

    static Stream<MergeSettings> merges() {
        return Merges.all();
    }

    @ParameterizedTest
    @MethodSource("merges")
    void agreesWithThePlainReference(MergeSettings merge) {
        Problem problem = new Problem(SEED);
        Oracle oracle = new Oracle(problem.layout, ADAMW, SCHEDULE, merge, problem.theta, problem.sft, problem.base);
        Problem.Run run = problem.new Run(new Solo(), ADAMW, SCHEDULE, merge, ShardLayout.LARGEST_BLOCK);
        for (int step = 1; step <= STEPS; step++) {
            oracle.step(step, problem.gradientSum(step), Problem.DENOMINATOR);
            run.step(step);
            for (int i = 0; i < oracle.theta.length; i++) {
                assertThat((double) run.memory.weights[i])
                        .as("step %d, weight %d", step, i)
                        .isCloseTo(oracle.theta[i], within(2e-6));
            }
        }
    }

    static Stream<Arguments> mergesByRanks() {
        return merges().flatMap(merge -> Stream.of(2, 3, 5).map(ranks -> Arguments.of(merge, ranks)));
    }

    /** Shard borders, and block borders every 37 floats, cut tensors in many ways; none of it may show. */
    @ParameterizedTest
    @MethodSource("mergesByRanks")
    void numberOfRanksDoesNotChangeABit(MergeSettings merge, int ranks) throws Exception {
        float[] alone = train(new Solo(), merge, ShardLayout.LARGEST_BLOCK);
        for (float[] weights : Ranks.run(ranks, collective -> train(collective, merge, 37))) {
            assertThat(weights).isEqualTo(alone);
        }
    }

    static Stream<Arguments> mergesByRanksAndBlocks() {
        return merges().flatMap(merge -> Stream.of(1, 2, 3, 5)
                .flatMap(ranks -> Stream.of(37, ShardLayout.LARGEST_BLOCK)
                        .map(blockLength -> Arguments.of(merge, ranks, blockLength))));
    }

    @ParameterizedTest
    @MethodSource("mergesByRanksAndBlocks")
    void workingInTheModelsMemoryDoesNotChangeABit(MergeSettings merge, int ranks, int blockLength) throws Exception {
        float[] copied = train(new Solo(), merge, ShardLayout.LARGEST_BLOCK);
        List<Problem.Run> runs = Ranks.run(ranks, collective -> {
            Problem.Run run = new Problem(SEED, true).new Run(collective, ADAMW, SCHEDULE, merge, blockLength);
            assertThat(run.memory.gradients).containsOnly(0.0f);
            for (int step = 1; step <= STEPS; step++) {
                run.step(step);
            }
            return run;
        });
        for (Problem.Run run : runs) {
            assertThat(run.memory.weights).isEqualTo(copied);
            assertThat(run.memory.gradients).containsOnly(0.0f);
        }
    }

    /** Two floats a parameter less than an update with masters and a summed gradient of its own. */
    @Test
    void keepsNoCopiesOfTheModelsMemory() {
        long copying = bytes(MergeSettings.none(), false);
        assertThat(bytes(MergeSettings.none(), true)).isEqualTo(copying / 2);
        MergeSettings waiting = new MergeSettings(MergeRuleName.ON_DARE, Semantics.PAPER, 0.3, 0.02, 9).every(2);
        assertThat(bytes(waiting, true)).isEqualTo(bytes(waiting, false));
    }

    private static long bytes(MergeSettings merge, boolean inPlace) {
        return new Problem(SEED, inPlace).new Run(new Solo(), ADAMW, SCHEDULE, merge, 37).update.bytes();
    }

    /** Some ranks own nothing, some tensors belong to several ranks, some to none. */
    @ParameterizedTest
    @MethodSource("merges")
    void moreRanksThanParametersDoNotChangeABit(MergeSettings merge) throws Exception {
        Problem problem = new Problem(SEED, false, 2, 1, 0, 2, 0, 0, 1);
        float[] alone = train(problem, new Solo(), merge, ShardLayout.LARGEST_BLOCK);
        for (float[] weights : Ranks.run(8, collective -> train(problem, collective, merge, 1))) {
            assertThat(weights).isEqualTo(alone);
        }
    }

    static Stream<Arguments> largeMerges() {
        MergeSettings dare = new MergeSettings(MergeRuleName.ON_DARE, Semantics.RELEASED, 0.01, 0.02, 1);
        MergeSettings ties = new MergeSettings(MergeRuleName.ON_TIES, Semantics.RELEASED, 0.2, 0.02, 1);
        MergeSettings weighted = new MergeSettings(MergeRuleName.ON_TIES, Semantics.PAPER, 0.01, 0.02, 1);
        return Stream.of(
                        MergeSettings.none(),
                        dare,
                        ties,
                        weighted,
                        weighted.every(2),
                        Switched.rescale(ties, Rescale.L1))
                .flatMap(merge -> Stream.of(1, 2, 3)
                        .flatMap(ranks -> Stream.of(false, true).map(inPlace -> Arguments.of(merge, ranks, inPlace))));
    }

    /** Tensors of many tiles, whose borders are forecast; the learning rate rises from 0, so that no forecast of the first steps is right. */
    @ParameterizedTest
    @MethodSource("largeMerges")
    void numberOfRanksDoesNotChangeABitOfLargeTensors(MergeSettings merge, int ranks, boolean inPlace)
            throws Exception {
        int[] lengths = {30_011, 1, 0, 9_000, 3, 20_000, 576};
        LearningRateSchedule rising = new LearningRateSchedule(ScheduleName.COSINE, 4, 9, 0.0);
        Problem copying = new Problem(SEED, false, lengths);
        Problem problem = new Problem(SEED, inPlace, lengths);
        float[] alone = train(copying.new Run(new Solo(), ADAMW, rising, merge, ShardLayout.LARGEST_BLOCK));
        for (float[] weights :
                Ranks.run(ranks, collective -> train(problem.new Run(collective, ADAMW, rising, merge, 7_777)))) {
            assertThat(weights).isEqualTo(alone);
        }
    }

    @Test
    void socketsDoNotChangeABit() throws Exception {
        MergeSettings merge = new MergeSettings(MergeRuleName.ON_TIES, Semantics.PAPER, 0.3, 0.02, 1);
        float[] alone = train(new Solo(), merge, 37);
        for (boolean inPlace : List.of(false, true)) {
            Problem problem = new Problem(SEED, inPlace);
            for (float[] weights : Ranks.run(Rings.ring(3), collective -> train(problem, collective, merge, 37))) {
                assertThat(weights).isEqualTo(alone);
            }
        }
    }

    private static float[] train(Collective collective, MergeSettings merge, int blockLength) {
        return train(new Problem(SEED), collective, merge, blockLength);
    }

    private static float[] train(Problem problem, Collective collective, MergeSettings merge, int blockLength) {
        return train(problem.new Run(collective, ADAMW, SCHEDULE, merge, blockLength));
    }

    private static float[] train(Problem.Run run) {
        for (int step = 1; step <= STEPS; step++) {
            run.step(step);
        }
        return run.memory.weights;
    }

    @Test
    void repeatsToTheBit() {
        MergeSettings merge = new MergeSettings(MergeRuleName.ON_TIES, Semantics.RELEASED, 0.3, 0.01, 1);
        assertThat(train(new Solo(), merge, 37)).isEqualTo(train(new Solo(), merge, 37));
    }

    @Test
    void reportsTheStep() {
        AdamWSettings adamW = new AdamWSettings(2e-3, 0.9, 0.999, 1e-8, 0.0, 1.0);
        MergeSettings merge = new MergeSettings(MergeRuleName.ON_DARE, Semantics.RELEASED, 0.5, 0.25, 1);
        Problem problem = new Problem(SEED);
        Problem.Run run = problem
        .new Run(
                new Solo(),
                adamW,
                new LearningRateSchedule(ScheduleName.LINEAR, 0, 4, 0.0),
                merge,
                ShardLayout.LARGEST_BLOCK);
        run.step(1);
        UpdateReport second = run.step(2);
        double squares = 0.0;
        for (double g : problem.gradientSum(2)) {
            squares += g * g / (Problem.DENOMINATOR * Problem.DENOMINATOR);
        }
        assertThat(second.gradientNorm()).isCloseTo(Math.sqrt(squares), within(1e-9));
        assertThat(second.learningRate()).isEqualTo(2e-3 * 0.75);
        assertThat(second.cumulativeAlpha()).isEqualTo(0.5);
        assertThat(second.reduceSeconds() + second.mergeSeconds() + second.gatherSeconds())
                .isPositive();
    }

    @Test
    void leavesTheModelsGradientsAtZero() {
        Problem.Run run = new Problem(SEED)
        .new Run(new Solo(), ADAMW, LearningRateSchedule.constant(), MergeSettings.none(), ShardLayout.LARGEST_BLOCK);
        run.step(1);
        assertThat(run.memory.gradients).containsOnly(0.0f);
    }

    /** methods.md, trap 17: a learning rate of 0 does not freeze a merging run. */
    @Test
    void withoutALearningRateOnlyKeptEntriesOfTauMove() {
        AdamWSettings frozen = new AdamWSettings(0.0, 0.9, 0.999, 1e-8, 0.1, 0.0);
        MergeSettings merge = new MergeSettings(MergeRuleName.ON_DARE, Semantics.PAPER, 0.5, 0.5, 7);
        Problem problem = new Problem(SEED);
        Problem.Run run =
                problem.new Run(new Solo(), frozen, LearningRateSchedule.constant(), merge, ShardLayout.LARGEST_BLOCK);
        run.step(1);
        int moved = 0;
        for (int i = 0; i < problem.theta.length; i++) {
            float change = run.memory.weights[i] - problem.theta[i];
            if (change != 0.0f) {
                moved++;
                assertThat(change).isCloseTo(0.5f * (problem.sft[i] - problem.base[i]), within(1e-7f));
            }
        }
        assertThat(moved).isBetween((int) (0.4 * problem.theta.length), (int) (0.6 * problem.theta.length));
    }

    @Nested
    class Clipping {

        @Test
        void scalesByTorchsFactor() {
            assertThat(ADAMW.clipFactor(4.0)).isEqualTo(1.0 / (4.0 + 1e-6));
            assertThat(ADAMW.clipFactor(0.5)).isEqualTo(1.0);
            assertThat(ADAMW.clipFactor(0.0)).isEqualTo(1.0);
        }

        @Test
        void zeroSwitchesItOff() {
            assertThat(new AdamWSettings(1e-3, 0.9, 0.999, 1e-8, 0.0, 0.0).clipFactor(1e9))
                    .isEqualTo(1.0);
        }
    }

    @Nested
    class NonFiniteGradients {

        @ParameterizedTest
        @MethodSource("io.trimtab.merge.MergedUpdateTest#badValues")
        void stopAllRanksBeforeAnythingChanges(float bad, boolean inPlace) throws Exception {
            MergeSettings merge = new MergeSettings(MergeRuleName.ON_TIES, Semantics.RELEASED, 0.3, 0.01, 1);
            AtomicLong diverged = new AtomicLong();
            List<float[]> weights = Ranks.run(3, collective -> {
                Problem.Run run = new Problem(SEED, inPlace)
                .new Run(collective, ADAMW, LearningRateSchedule.constant(), merge, 37);
                run.step(1);
                List<Float> before = stateOf(run.update);
                run.memory.gradients[5] = collective.rank() == 1 ? bad : 0.0f;
                assertThatThrownBy(() -> run.update.apply(2, 1.0))
                        .isInstanceOf(DivergedException.class)
                        .hasMessageContaining("in step 2")
                        .hasMessageContaining("Weights are those of step 1");
                diverged.incrementAndGet();
                assertThat(run.memory.gradients).containsOnly(0.0f);
                assertThat(stateOf(run.update)).isEqualTo(before);
                assertThat(run.update.lastStep()).isEqualTo(1);
                return run.memory.weights;
            });
            assertThat(diverged).hasValue(3);
            assertThat(weights.get(1)).isEqualTo(weights.get(0));
        }

        private List<Float> stateOf(MergedUpdate update) throws Exception {
            List<Float> state = new ArrayList<>();
            update.save((slot, offset, source, at, length) -> {
                for (int i = at; i < at + length; i++) {
                    state.add(source[i]);
                }
            });
            return state;
        }
    }

    static Stream<Arguments> badValues() {
        return Stream.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY)
                .flatMap(bad -> Stream.of(false, true).map(inPlace -> Arguments.of(bad, inPlace)));
    }

    @Test
    void refusesToSkipOrRepeatAStep() {
        Problem.Run run = new Problem(SEED)
        .new Run(new Solo(), ADAMW, LearningRateSchedule.constant(), MergeSettings.none(), ShardLayout.LARGEST_BLOCK);
        run.step(1);
        assertThatThrownBy(() -> run.update.apply(1, 1.0))
                .hasMessageStartingWith("Cannot apply step 1: the last one was step 1");
        assertThatThrownBy(() -> run.update.apply(3, 1.0))
                .hasMessageStartingWith("Cannot apply step 3: the last one was step 1");
    }

    @ParameterizedTest
    @MethodSource("denominators")
    void refusesADenominatorThatCannotDivide(double denominator) {
        Problem.Run run = new Problem(SEED)
        .new Run(new Solo(), ADAMW, LearningRateSchedule.constant(), MergeSettings.none(), ShardLayout.LARGEST_BLOCK);
        assertThatThrownBy(() -> run.update.apply(1, denominator))
                .hasMessageContaining("must be positive and finite, is " + denominator);
    }

    static Stream<Double> denominators() {
        return Stream.of(0.0, -1.0, Double.NaN, Double.POSITIVE_INFINITY);
    }

    @Test
    void refusesAMergingRuleWithoutBaseWeights() {
        Problem problem = new Problem(SEED);
        MergeSettings merge = new MergeSettings(MergeRuleName.ON_DARE, Semantics.RELEASED, 0.5, 0.1, 1);
        ArrayMemory memory = new ArrayMemory(problem.layout, problem.theta);
        assertThatThrownBy(() -> MergedUpdate.create(
                        new Solo(), memory, ADAMW, LearningRateSchedule.constant(), merge, memory::readWeights, null))
                .hasMessage("base is null, but the merge rule uses the SFT delta");
    }

    @Test
    void modelWithoutParametersTrains() throws Exception {
        ParameterLayout empty = new ParameterLayout(List.of());
        MergeSettings merge = new MergeSettings(MergeRuleName.ON_TIES, Semantics.RELEASED, 0.5, 0.1, 1);
        List<UpdateReport> reports = Ranks.run(2, collective -> {
            ArrayMemory memory = new ArrayMemory(empty, new float[0]);
            return MergedUpdate.create(
                            collective,
                            memory,
                            ADAMW,
                            LearningRateSchedule.constant(),
                            merge,
                            memory::readWeights,
                            memory::readWeights)
                    .apply(1, 1.0);
        });
        assertThat(reports.get(0).gradientNorm()).isZero();
    }
}

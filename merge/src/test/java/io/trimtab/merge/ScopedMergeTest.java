package io.trimtab.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.depth.Gradient;
import io.trimtab.merge.rule.ExpectedChange;
import io.trimtab.merge.rule.UnusableWeightsException;
import io.trimtab.merge.scope.MergeScope;
import io.trimtab.merge.scope.TensorFilter;
import io.trimtab.merge.scope.TensorPattern;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.AlphaSchedule;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.MergeSwitches;
import io.trimtab.merge.settings.ScheduleName;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.sparsify.Rescale;
import io.trimtab.merge.telemetry.MergeTelemetry;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Merges that differ from tensor to tensor and from step to step; {@link MergedUpdateTest} has them beside the oracle and on several ranks. */
class ScopedMergeTest {

    private static final int STEPS = 5;
    private static final AdamWSettings ADAMW = new AdamWSettings(1e-3, 0.9, 0.999, 1e-3, 0.1, 1.0);
    private static final LearningRateSchedule COSINE = new LearningRateSchedule(ScheduleName.COSINE, 2, STEPS, 0.1);
    private static final TensorFilter NO_NORMS = TensorFilter.allBut(Merges.patterns(".*norm.*"));

    static Stream<MergeSettings> merges() {
        return Stream.of(MergeRuleName.ON_DARE, MergeRuleName.ON_TIES)
                .flatMap(rule -> Arrays.stream(Semantics.values())
                        .map(semantics -> new MergeSettings(rule, semantics, 0.3, 0.25, 42))
                        .flatMap(merge -> Stream.of(merge, merge.every(2), Switched.rescale(merge, Rescale.L1))));
    }

    @ParameterizedTest
    @MethodSource("merges")
    void everythingLeftOutIsAdamWToTheBit(MergeSettings merge) throws Exception {
        MergeSettings nothing = merge.with(
                Merges.scope(TensorFilter.allBut(Merges.patterns(".*")), List.of(0.1, 0.5), List.of(0.5, 0.1)));
        float[] plain = train(new Solo(), ADAMW, plainOf(merge));
        for (float[] weights : Ranks.run(3, collective -> train(collective, ADAMW, nothing))) {
            if (merge.interval() == 1) {
                assertThat(weights).isEqualTo(plain);
            } else {
                assertThat(weights)
                        .containsExactly(plain, within(1e-7f)); // two steps add up before a weight rounds them
            }
        }
    }

    @ParameterizedTest
    @MethodSource("merges")
    void equalNumbersInAListAreTheNumberToTheBit(MergeSettings merge) {
        MergeSettings lists = merge.with(
                Merges.scope(TensorFilter.ALL, List.of(0.3, 0.3, 0.3, 0.3), List.of(0.25, 0.25, 0.25, 0.25)));
        assertThat(train(new Solo(), ADAMW, lists)).isEqualTo(train(new Solo(), ADAMW, merge));
    }

    @ParameterizedTest
    @MethodSource("merges")
    void aCourseThatStaysIsNoneToTheBit(MergeSettings merge) {
        MergeSettings flat = merge.with(new AlphaSchedule(AlphaSchedule.Name.LINEAR, 0, 1.0));
        assertThat(train(new Solo(), ADAMW, flat)).isEqualTo(train(new Solo(), ADAMW, merge));
    }

    /** Masks and top shares are those of each tensor, so what is left out does not change the others. */
    @ParameterizedTest
    @MethodSource("merges")
    void aTensorIsEitherMergedOrPlainWhateverBecomesOfTheOthers(MergeSettings merge) {
        float[] some = train(new Solo(), ADAMW, merge.with(Merges.scope(NO_NORMS, List.of(0.3), List.of(0.25))));
        float[] all = train(new Solo(), ADAMW, merge);
        float[] plain = train(new Solo(), ADAMW, plainOf(merge));
        for (ParameterLayout.Tensor tensor : layout().tensors()) {
            boolean merged = !tensor.name().contains("norm");
            float[] expected = merged ? all : plain;
            if (merged || merge.interval() == 1) {
                assertThat(part(some, tensor)).as(tensor.name()).isEqualTo(part(expected, tensor));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("merges")
    void weightDecaySparesWhatIsLeftOutOfIt(MergeSettings merge) {
        AdamWSettings some = new AdamWSettings(1e-3, 0.9, 0.999, 1e-3, 0.1, 1.0, NO_NORMS);
        AdamWSettings none = new AdamWSettings(1e-3, 0.9, 0.999, 1e-3, 0.0, 1.0);
        float[] weights = train(new Solo(), some, merge);
        float[] decayed = train(new Solo(), ADAMW, merge);
        float[] undecayed = train(new Solo(), none, merge);
        for (ParameterLayout.Tensor tensor : layout().tensors()) {
            float[] expected = tensor.name().contains("norm") ? undecayed : decayed;
            assertThat(part(weights, tensor)).as(tensor.name()).isEqualTo(part(expected, tensor));
        }
        assertThat(decayed).isNotEqualTo(undecayed);
    }

    @Nested
    class Alpha {

        private final MergeSettings merge = new MergeSettings(MergeRuleName.ON_DARE, Semantics.PAPER, 0.3, 0.5, 1);

        /** Two of five steps are warm-up, 0 and 1/2; then the cosine down to 0.1: at its top, at a third and at two thirds of its way. */
        @Test
        void coupledToTheLearningRateFollowsIt() {
            MergeSettings coupled = merge.with(new AlphaSchedule(AlphaSchedule.Name.LEARNING_RATE, 0, 0.0));
            Problem.Run run = run(new Solo(), ADAMW, coupled);
            double sum = 0.0;
            for (int step = 1; step <= STEPS; step++) {
                UpdateReport report = run.step(step);
                sum += 0.5 * report.learningRate() / 1e-3;
                assertThat(report.cumulativeAlpha()).isCloseTo(sum, within(1e-12));
                assertThat(report.telemetry().values().get("alpha"))
                        .isCloseTo(0.5 * report.learningRate() / 1e-3, within(1e-12));
            }
            assertThat(sum).isCloseTo(0.5 * (0 + 0.5 + 1 + 0.775 + 0.325), within(1e-12));
        }

        @Test
        void countsOnlyMergesAndTheirFactors() {
            MergeSettings everySecond = merge.every(2).with(new AlphaSchedule(AlphaSchedule.Name.LINEAR, 1, 0.0));
            Problem.Run run = run(new Solo(), ADAMW, everySecond);
            double[] expected = {0, 0.5 * 1, 0.5 * 1, 0.5 * 1.5, 0.5 * 1.5};
            for (int step = 1; step <= STEPS; step++) {
                assertThat(run.step(step).cumulativeAlpha()).isCloseTo(expected[step - 1], within(1e-12));
            }
            assertThat(run.update.remarks(STEPS))
                    .contains("alpha is scheduled: 0.00 in the first step, at most 0.500, 0.125 in the last of 5; its"
                            + " merges add up to 0.750");
        }

        /** The norms are 24 of 845 entries. */
        @Test
        void ofLayersIsTold() {
            MergeScope scope = Merges.scope(NO_NORMS, List.of(0.5, 0.1), List.of(0.0, 0.1, 0.5));
            Problem.Run run = run(new Solo(), ADAMW, merge.with(scope));
            MergeTelemetry telemetry = run.step(1).telemetry();
            assertThat(figure(telemetry, "layers.1", "alpha")).isEqualTo(0.1);
            assertThat(figure(telemetry, "layers.1", "density")).isEqualTo(0.3);
            assertThat(figure(telemetry, "layers.2", "alpha")).isEqualTo(0.5);
            assertThat(figure(telemetry, "embed", "density")).isEqualTo(0.5);
            assertThat(telemetry.layers().getOrDefault("norm", Map.of()))
                    .containsKeys("moved", "lost")
                    .doesNotContainKeys("alpha", "density", "tau_share", "cosine");
            assertThat(telemetry.values().get("alpha"))
                    .isCloseTo((0.0 * 257 + 0.1 * 64 + 0.5 * 500) / (257 + 64 + 500), within(1e-12));
            assertThat(run.update.remarks(STEPS))
                    .containsExactly("Merges 4 of 7 tensors, 0.972 of all parameters; the others follow plain AdamW");
        }

        private static @Nullable Double figure(MergeTelemetry telemetry, String layer, String name) {
            return telemetry.layers().getOrDefault(layer, Map.of()).get(name);
        }
    }

    /** The last layer's alpha arrives, the first one's does not: judged by the largest, most of the delta's entries counted. */
    @Test
    void expectationTakesTheLargestAlphaAtItsPeak() {
        MergeSettings merge = new MergeSettings(MergeRuleName.ON_TIES, Semantics.RELEASED, 1.0, 0.2, 1);
        ExpectedChange whole = run(new Solo(), ADAMW, merge).update.expectedChange();
        LearningRateSchedule onlyWarmUp = new LearningRateSchedule(ScheduleName.LINEAR, 10, STEPS, 0.0);
        MergeSettings rising = merge.with(new AlphaSchedule(AlphaSchedule.Name.LEARNING_RATE, 0, 0.0));
        ExpectedChange partly = new Problem(3).new Run(new Solo(), ADAMW, onlyWarmUp, rising, ShardLayout.LARGEST_BLOCK)
                .update.expectedChange();
        assertThat(partly.weightedTau()).isCloseTo(0.4 * whole.weightedTau(), within(1e-12));
        assertThat(partly.visibleAlpha()).isCloseTo(whole.visibleAlpha() / 0.4, within(1e-12));

        ExpectedChange lists = run(
                        new Solo(), ADAMW, merge.with(Merges.scope(TensorFilter.ALL, List.of(1.0), List.of(0.2, 0.0))))
                .update
                .expectedChange();
        assertThat(lists.alpha()).isEqualTo(0.2);
        assertThat(lists.delta()).isEqualTo(1e-3);
        assertThat(lists.weightedTau()).isLessThan(0.7 * whole.weightedTau());
    }

    @Test
    void nothingLeftToMergeIsSaid() {
        MergeSettings merge = new MergeSettings(MergeRuleName.ON_TIES, Semantics.RELEASED, 0.3, 0.2, 1)
                .with(Merges.scope(new TensorFilter(List.of(), List.of()), List.of(0.3), List.of(0.2)));
        AdamWSettings adamW = new AdamWSettings(1e-3, 0.9, 0.999, 1e-3, 0.1, 1.0, NO_NORMS);
        assertThat(run(new Solo(), adamW, merge).update.remarks(STEPS))
                .containsExactly(
                        "merge.include-tensors and merge.exclude-tensors leave no tensor: nothing is merged, every tensor follows plain"
                                + " AdamW",
                        "Weight decay acts on 4 of 7 tensors (optimizer.decay-exclude)");
    }

    /** Base and policy differ in the norms alone, which are left out. */
    @Test
    void modelsThatAreEqualWhereTheyAreMergedAreRefused() {
        Problem problem = new Problem(3);
        float[] base = problem.theta.clone();
        base[257] += 1.0f;
        MergeSettings merge = new MergeSettings(MergeRuleName.ON_TIES, Semantics.RELEASED, 0.3, 0.2, 1)
                .with(Merges.scope(NO_NORMS, List.of(0.3), List.of(0.2)));
        ArrayMemory memory = new ArrayMemory(problem.layout, problem.theta);
        assertThatThrownBy(() -> MergedUpdate.create(
                        new Solo(),
                        memory,
                        ADAMW,
                        COSINE,
                        merge,
                        memory::readWeights,
                        new ArrayMemory(problem.layout, base)::readWeights))
                .isInstanceOf(UnusableWeightsException.class)
                .hasMessageContaining("in all tensors that merge.include-tensors and merge.exclude-tensors leave");
    }

    @Test
    void numbersOutOfRangeAreRefusedWhereverTheyStand() {
        assertThatThrownBy(() -> Merges.scope(TensorFilter.ALL, List.of(0.5, 0.0), List.of(0.1)))
                .hasMessage("merge.density must be in (0, 1]: [0.5, 0.0]");
        assertThatThrownBy(() -> Merges.scope(TensorFilter.ALL, List.of(0.5), List.of(0.1, 1.5)))
                .hasMessage("merge.alpha must be in [0, 1]: [0.1, 1.5]");
        assertThatThrownBy(() -> new Gradient(List.of())).hasMessageContaining("at least one value");
    }

    @Test
    void aPatternWithoutATensorIsFound() {
        TensorFilter filter = new TensorFilter(Merges.patterns("layers.*"), Merges.patterns("norm", "layers\\.1\\..*"));
        List<String> names =
                layout().tensors().stream().map(ParameterLayout.Tensor::name).toList();
        assertThat(filter.firstWithout(names)).map(TensorPattern::regex).contains("norm"); // not the whole name
        assertThat(NO_NORMS.firstWithout(names)).isEmpty();
    }

    private static MergeSettings plainOf(MergeSettings merge) {
        MergeSwitches switches = merge.switches();
        return Switched.adamW(MergeSettings.none(), switches.epsilonPlacement(), switches.decay());
    }

    private static ParameterLayout layout() {
        return new Problem(3).layout;
    }

    private static float[] part(float[] values, ParameterLayout.Tensor tensor) {
        return Arrays.copyOfRange(values, (int) tensor.offset(), (int) tensor.end());
    }

    private static Problem.Run run(Collective collective, AdamWSettings adamW, MergeSettings merge) {
        return new Problem(3).new Run(collective, adamW, COSINE, merge, 41);
    }

    private static float[] train(Collective collective, AdamWSettings adamW, MergeSettings merge) {
        Problem.Run run = run(collective, adamW, merge);
        for (int step = 1; step <= STEPS; step++) {
            run.step(step);
        }
        return run.memory.weights;
    }
}

package io.trimtab.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.rule.UnusableWeightsException;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.MergeSwitches;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.telemetry.MergeTelemetry;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MergeTelemetryTest {

    private static final AdamWSettings ADAMW = new AdamWSettings(1e-3, 0.9, 0.999, 1e-3, 0.01, 1.0);

    @ParameterizedTest
    @EnumSource(MergeRuleName.class)
    void isEqualForAnyNumberOfRanks(MergeRuleName rule) throws Exception {
        MergeSettings merge = new MergeSettings(rule, Semantics.RELEASED, 0.3, 0.02, 42);
        MergeTelemetry alone = third(new Solo(), merge, ShardLayout.LARGEST_BLOCK);
        for (int ranks : new int[] {2, 3}) {
            for (MergeTelemetry one : Ranks.run(ranks, collective -> third(collective, merge, 37))) {
                assertSame(one.values(), alone.values());
                assertThat(one.layers().keySet()).isEqualTo(alone.layers().keySet());
                one.layers()
                        .forEach((layer, figures) ->
                                assertSame(figures, alone.layers().getOrDefault(layer, Map.of())));
            }
        }
    }

    private static void assertSame(Map<String, Double> actual, Map<String, Double> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        actual.forEach((name, value) ->
                assertThat(value).as(name).isCloseTo(expected.get(name), within(1e-12 * Math.abs(value) + 1e-300)));
    }

    private static MergeTelemetry third(Collective collective, MergeSettings merge, int blockLength) {
        Problem.Run run =
                new Problem(7).new Run(collective, ADAMW, LearningRateSchedule.constant(), merge, blockLength);
        run.step(1);
        run.step(2);
        return run.step(3).telemetry();
    }

    /**
     * Four entries, alpha 0.25, density 1. The first step of AdamW with a tiny epsilon is -lr sign(g) = -+ 0.5: terms 0.75 * 0.5 = 0.375 of the step, and 0.25 tau =
     * 1, -1, 0, 0.25 tau(3) of the delta.
     */
    @Test
    void figuresOfAWeightedSumAreThoseWorkedOutByHand() {
        MergeTelemetry telemetry = byHand(MergeRuleName.ON_DARE);

        Map<String, Double> figures = telemetry.values();
        // weights 1, 1, 1, 2^30; gradients -, -, -, 0; tau 4, -4, 0, 4: 2^30 + 1 is not a float
        assertThat(figures.get("moved")).isEqualTo(3.0 / 4);
        assertThat(figures.get("lost")).isEqualTo(1.0 / 4);
        assertThat(figures.get("tau_lost")).isEqualTo(1.0 / 3);
        assertThat(figures.get("sign_conflicts")).isEqualTo(1.0 / 2);
        assertThat(figures.get("tau_share")).isCloseTo(3.0 / (3.0 + 3 * 0.375), within(1e-6));
        // delta 0.5 (1, 1, 1, 0), tau (4, -4, 0, 4): dot 0
        assertThat(figures.get("cosine")).isCloseTo(0.0, within(1e-6));
        // moved by 1.375, -0.625, 0.375, 0
        double sft = 1.375 * 1.375 + 0.625 * 0.625 + 0.375 * 0.375;
        assertThat(figures.get("distance_sft")).isCloseTo(Math.sqrt(sft), within(1e-5));
        double base = 2.375 * 2.375 + 0.375 * 0.375 + 1.375 * 1.375;
        assertThat(telemetry.layers().getOrDefault("model.layers.1", Map.of()).get("distance_base"))
                .isCloseTo(Math.sqrt(base), within(1e-5));
        assertThat(telemetry.layers().getOrDefault("model.layers.1", Map.of()).get("moved"))
                .isEqualTo(1.0);
        assertThat(telemetry.layers().getOrDefault("model.norm", Map.of()).get("moved"))
                .isEqualTo(0.0);
        assertThat(telemetry.layers()).hasSize(2);
    }

    /** The vote (on unweighted terms) drops the second entry's step: tau is larger. */
    @Test
    void onTiesCountsWhatSurvivesTheVote() {
        Map<String, Double> figures = byHand(MergeRuleName.ON_TIES).values();
        assertThat(figures.get("sign_conflicts")).isEqualTo(1.0 / 2);
        assertThat(figures.get("tau_share")).isCloseTo(3.0 / (3.0 + 2 * 0.375), within(1e-6));
        double sft = 1.375 * 1.375 + 1.0 + 0.375 * 0.375;
        assertThat(figures.get("distance_sft")).isCloseTo(Math.sqrt(sft), within(1e-5));
    }

    private static MergeTelemetry byHand(MergeRuleName rule) {
        ParameterLayout layout = new ParameterLayout(List.of(
                new ParameterLayout.Tensor(0, "model.layers.1.mlp.weight", 0, 3),
                new ParameterLayout.Tensor(1, "model.norm.weight", 3, 1)));
        float[] tau = {4, -4, 0, 4};
        ArrayMemory memory = new ArrayMemory(layout, new float[] {1, 1, 1, 0x1p30f});
        MergeSettings settings = new MergeSettings(rule, Semantics.RELEASED, 1.0, 0.25, 1);
        settings = settings.with(withoutClip(settings.switches()));
        MergedUpdate update = MergedUpdate.create(
                new Solo(),
                memory,
                new AdamWSettings(0.5, 0.9, 0.999, 1e-12, 0.0, 0.0),
                LearningRateSchedule.constant(),
                settings,
                (offset, target, at, length) -> System.arraycopy(tau, (int) offset, target, at, length),
                (offset, target, at, length) -> Arrays.fill(target, at, at + length, 0.0f));
        System.arraycopy(new float[] {-1, -1, -1, 0}, 0, memory.gradients, 0, 4);
        return update.apply(1, 1.0).telemetry();
    }

    private static MergeSwitches withoutClip(MergeSwitches usual) {
        return new MergeSwitches(
                usual.rescale(), usual.tauMask(), 0.0, usual.vote(), usual.epsilonPlacement(), usual.decay());
    }

    @Test
    void aLargeModelIsSampledAndTheSampleIsTrue() throws Exception {
        int size = 3_000_000;
        MergeSettings merge = new MergeSettings(MergeRuleName.ON_DARE, Semantics.RELEASED, 0.25, 0.01, 3);
        MergeTelemetry alone = large(new Solo(), merge, size);
        assertThat(alone.values().get("moved")).isCloseTo(1 - 0.75 * 0.75, within(0.01));
        for (MergeTelemetry one : Ranks.run(3, collective -> large(collective, merge, size))) {
            assertSame(one.values(), alone.values());
        }
        assertThat(alone.layers().getOrDefault("small", Map.of()).get("distance_sft"))
                .isPositive();
    }

    private static MergeTelemetry large(Collective collective, MergeSettings merge, int size) {
        ParameterLayout layout = new ParameterLayout(List.of(
                new ParameterLayout.Tensor(0, "model.layers.0.a.weight", 0, size - 700),
                new ParameterLayout.Tensor(1, "small.weight", size - 700, 700)));
        ArrayMemory memory = new ArrayMemory(layout, noise(1, size, 0.02f));
        float[] tau = noise(2, size, 0.01f);
        MergedUpdate update = MergedUpdate.create(
                collective,
                memory,
                layout.shardLayout(collective.rank(), collective.worldSize(), 123_457),
                ADAMW,
                LearningRateSchedule.constant(),
                merge,
                (offset, target, at, length) -> System.arraycopy(tau, (int) offset, target, at, length),
                (offset, target, at, length) -> Arrays.fill(target, at, at + length, 0.0f));
        if (collective.rank() == 0) {
            System.arraycopy(noise(3, size, 1.0f), 0, memory.gradients, 0, size);
        }
        return update.apply(1, 1.0).telemetry();
    }

    private static float[] noise(long seed, int size, float scale) {
        Random random = new Random(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian() * scale;
        }
        return values;
    }

    @Test
    void stepsBetweenMergesHaveNone() {
        MergeSettings merge = new MergeSettings(MergeRuleName.ON_DARE, Semantics.RELEASED, 0.3, 0.02, 42).every(2);
        Problem.Run run = new Problem(7)
        .new Run(new Solo(), ADAMW, LearningRateSchedule.constant(), merge, ShardLayout.LARGEST_BLOCK);
        assertThat(run.step(1).telemetry()).isEqualTo(MergeTelemetry.NONE);
        assertThat(run.step(2).telemetry().values()).containsKeys("moved", "tau_share", "distance_base");
    }

    @Test
    void equalModelsAreRefused() {
        Problem problem = new Problem(7);
        ArrayMemory memory = new ArrayMemory(problem.layout, problem.theta);
        MergeSettings merge = new MergeSettings(MergeRuleName.ON_TIES, Semantics.PAPER, 0.5, 0.1, 1);
        assertThatThrownBy(() -> MergedUpdate.create(
                        new Solo(),
                        memory,
                        ADAMW,
                        LearningRateSchedule.constant(),
                        merge,
                        memory::readWeights,
                        memory::readWeights))
                .isInstanceOf(UnusableWeightsException.class)
                .hasMessageContaining("model.policy and model.base hold the same weights")
                .hasMessageContaining("set model.base to the model before SFT");
    }
}

package io.trimtab.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.job.config.ActivationCheckpointing;
import io.trimtab.job.config.RefusedException;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.engine.Device;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {

    private static final int LONGEST_ROW = 700;

    private static final LargestPass PASS = new LargestPass(1200, 300, 500);

    /** Hidden 256, MLP 1024, 8 layers, 8,192 words. */
    private static final ModelArchitecture MODEL =
            ModelArchitecture.llama(8192, 256, 1024, 8, 4, 4, 64, 2048, 10_000, 1e-5, true, 0.02, 1, List.of(2));

    private final MemoryPlan plan = new MemoryPlan(MODEL, PolicyOptions.training(1), MergeSettings.none(), 1, PASS);
    private final long plain = estimate(false, 1200);
    private final long saving = estimate(true, 1200);

    @Test
    void autoKeepsActivationsWhereTheyFit() {
        MemoryPlan.Decision decision = decide(ActivationCheckpointing.AUTO, plain);
        assertThat(decision.activationCheckpointing()).isFalse();
        assertThat(decision.estimate().total()).isEqualTo(plain);
        assertThat(decision.line())
                .contains("a rank needs about")
                .contains("activations")
                .doesNotContain("checkpointing");
    }

    @Test
    void autoComputesThemAgainWhereTheyDoNotAndSaysSo() {
        MemoryPlan.Decision decision = decide(ActivationCheckpointing.AUTO, plain - 1);
        assertThat(decision.activationCheckpointing()).isTrue();
        assertThat(decision.line()).contains("activation checkpointing is on: without it a step needs");
    }

    @Test
    void onStaysOnWhereThereIsRoom() {
        assertThat(decide(ActivationCheckpointing.ON, Long.MAX_VALUE).activationCheckpointing())
                .isTrue();
    }

    /** What the refusal names makes the run fit, and a little more would not. */
    @Test
    void offIsRefusedWithTheLargestPassesThatFit() {
        long memory = estimate(false, 900);
        String message = refusal(ActivationCheckpointing.OFF, memory);
        assertThat(message).startsWith("Cannot train in a box: ").contains("; set training.micro-batch-tokens = ");
        long rows = number(message, "micro-batch-tokens = (\\d+)");
        assertThat(estimate(false, rows)).isLessThanOrEqualTo(memory);
        assertThat(estimate(false, rows + 64)).isGreaterThan(memory);
    }

    @Test
    void offIsToldToSwitchOnWhereNoPassOfTheLongestRowFits() {
        long memory = estimate(false, 640);
        assertThat(memory).isBetween(saving, estimate(false, LONGEST_ROW) - 1);
        assertThat(refusal(ActivationCheckpointing.OFF, memory)).endsWith("set model.activation-checkpointing = on");
    }

    @Test
    void whereALongRowAloneIsTooMuchMaxLengthMustShrinkToo() {
        String message = refusal(ActivationCheckpointing.AUTO, estimate(true, 320));
        assertThat(number(message, "micro-batch-tokens = (\\d+)")).isEqualTo(320);
        assertThat(number(message, "data.max-length = (\\d+)")).isEqualTo(500 * 320 / LONGEST_ROW);
    }

    @Test
    void whereOnlyTheOptimizerStateIsTooMuchMoreRanksHelp() {
        long halved = new MemoryPlan(MODEL, plan.policy(), plan.merge(), 2, new LargestPass(64, 16, 64))
                .decide(ActivationCheckpointing.ON, every -> true, "", LONGEST_ROW)
                .estimate()
                .total();
        assertThat(refusal(ActivationCheckpointing.AUTO, halved)).contains("set cluster.ranks = 2 on executors");
    }

    @Test
    void aModelWhoseWeightsDoNotFitIsNoMatterOfSettings() {
        assertThat(refusal(ActivationCheckpointing.AUTO, 1)).contains("a smaller model.policy");
    }

    @Test
    void componentsAddUpAndDivideAmongRanks() {
        MemoryEstimate alone = MemoryEstimate.of(MODEL, PolicyOptions.training(1), MergeSettings.none(), 1, PASS);
        MemoryEstimate shared = MemoryEstimate.of(MODEL, PolicyOptions.training(1), MergeSettings.none(), 4, PASS);
        assertThat(alone.heap() + alone.outsideHeap()).isEqualTo(alone.total() + MemoryEstimate.HEAP_ROOM);
        long ring = bytes(shared, MemoryEstimate.Component.RING_SEGMENTS);
        assertThat(shared.outsideHeap()).isEqualTo(alone.outsideHeap() + ring);
        // Two moments: 8 bytes a parameter, of which three quarters are other ranks'. Masters and summed gradient are
        // the policy's own.
        assertThat(alone.heap() - shared.heap()).isEqualTo(6 * MODEL.parameters());
    }

    /** README.md of the merge module: 46 segments of 256 KiB with two ranks, 28 + 2 R with many, and the one being read. */
    @Test
    void segmentsOnTheirWayBetweenRanksAreCounted() {
        assertThat(ringSegments(1)).isZero();
        assertThat(ringSegments(2)).isEqualTo((46 + 1) << 18);
        assertThat(ringSegments(64)).isEqualTo((28 + 2 * 64 + 1) << 18);
    }

    private static long ringSegments(int ranks) {
        return bytes(
                MemoryEstimate.of(MODEL, PolicyOptions.training(1), MergeSettings.none(), ranks, PASS),
                MemoryEstimate.Component.RING_SEGMENTS);
    }

    @Test
    void masterAndSummedGradientTakeMemoryWhereThePolicyHoldsOtherWeights() {
        MergeSettings waiting = new MergeSettings(MergeRuleName.ON_DARE, Semantics.PAPER, 0.01, 0, 1).every(2);
        MemoryEstimate everyStep = MemoryEstimate.of(MODEL, PolicyOptions.training(1), waiting.every(1), 1, PASS);
        MemoryEstimate everySecond = MemoryEstimate.of(MODEL, PolicyOptions.training(1), waiting, 1, PASS);
        // And what waits for a merge.
        assertThat(everySecond.heap() - everyStep.heap()).isEqualTo((4 + 4 + 4) * MODEL.parameters());
    }

    /** What the engine holds lies on the GPU; the Java heap is the same, and its machine has the CUDA libraries besides. */
    @Test
    void aGpuTakesWhatTheEngineHolds() {
        MemoryEstimate cpu = MemoryEstimate.of(MODEL, PolicyOptions.training(1), MergeSettings.none(), 1, PASS);
        MemoryEstimate gpu =
                MemoryEstimate.of(MODEL, PolicyOptions.training(1).on(Device.cuda(0)), MergeSettings.none(), 1, PASS);
        assertThat(cpu.gpu()).isZero();
        // Masters and the summed gradient, which an update on the CPU has in the policy's own memory.
        assertThat(gpu.heap() - cpu.heap()).isEqualTo((4 + 4) * MODEL.parameters());
        long added = bytes(gpu, MemoryEstimate.Component.CUDA_BASE)
                + bytes(gpu, MemoryEstimate.Component.NATIVE_BASE)
                - bytes(cpu, MemoryEstimate.Component.NATIVE_BASE);
        assertThat(gpu.gpu() + gpu.outsideHeap()).isEqualTo(cpu.outsideHeap() + added);
        assertThat(gpu.line())
                .matches("a rank needs about [0-9,]+ MiB of its GPU: weights .*, activations .*; and [0-9,]+ MiB of its"
                        + " machine: masters .*native base [0-9,]+");
    }

    @Test
    void aStepThatDoesNotFitIntoAGpuIsRefusedWithTheSetting() {
        MemoryPlan onGpu =
                new MemoryPlan(MODEL, PolicyOptions.training(1).on(Device.cuda(0)), MergeSettings.none(), 1, PASS);
        long all = onGpu.decide(ActivationCheckpointing.OFF, every -> true, "", LONGEST_ROW)
                .estimate()
                .gpu();
        assertThat(onGpu.decide(ActivationCheckpointing.AUTO, part -> part.gpu() < all, "a card", LONGEST_ROW)
                        .activationCheckpointing())
                .isTrue();
        assertThatThrownBy(() ->
                        onGpu.decide(ActivationCheckpointing.OFF, part -> part.gpu() < all, "a card", LONGEST_ROW))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("Cannot train in a card: a rank needs about ")
                .hasMessageContaining(" MiB of its GPU: ")
                .hasMessageContaining("; set training.micro-batch-tokens = ");
    }

    @Test
    void theLargestPassIsALimitedShareOfTheLargestStepOrOneLongRow() {
        assertThat(LargestPass.of(4096, 3000, 900, 1, 0.5, 600)).isEqualTo(new LargestPass(3000, 1500, 600));
        assertThat(LargestPass.of(4096, 3000, 900, 2, 0.5, 600).rows()).isEqualTo(1500);
        assertThat(LargestPass.of(1000, 3000, 900, 2, 0.5, 600).rows()).isEqualTo(1000);
        assertThat(LargestPass.of(512, 3000, 900, 2, 0.5, 600).rows()).isEqualTo(900);
        assertThat(LargestPass.of(4096, 3000, 900, 8, 0.5, 600).rows()).isEqualTo(900);
    }

    private static long bytes(MemoryEstimate estimate, MemoryEstimate.Component component) {
        return estimate.bytes().getOrDefault(component, 0L);
    }

    private MemoryPlan.Decision decide(ActivationCheckpointing setting, long memory) {
        return plan.decide(setting, estimate -> estimate.total() <= memory, "a box", LONGEST_ROW);
    }

    private String refusal(ActivationCheckpointing setting, long memory) {
        String[] message = {""};
        assertThatThrownBy(() -> decide(setting, memory))
                .isInstanceOf(RefusedException.class)
                .satisfies(refused -> message[0] = String.valueOf(refused.getMessage()));
        return message[0];
    }

    private long estimate(boolean checkpointing, long rows) {
        return MemoryEstimate.of(
                        MODEL,
                        PolicyOptions.training(1).withActivationCheckpointing(checkpointing),
                        MergeSettings.none(),
                        1,
                        PASS.cutTo(rows))
                .total();
    }

    private static long number(String message, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(message);
        assertThat(matcher.find()).as(message).isTrue();
        return Long.parseLong(matcher.group(1));
    }
}

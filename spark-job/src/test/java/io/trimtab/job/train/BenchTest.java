package io.trimtab.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.data.Example;
import io.trimtab.data.TrainingStage;
import io.trimtab.job.metrics.MetricSink;
import io.trimtab.job.metrics.StepMetrics;
import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.allreduce.InMemoryCollective;
import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.model.ModelCost;
import io.trimtab.model.Policy;
import io.trimtab.model.engine.MatmulPeak;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BenchTest {

    private static final MatmulPeak PEAK = new MatmulPeak(4e9, 8e9);

    @Test
    void measuresStepsOfTheRealLoopAndSharesAddUp() {
        List<StepMetrics> seen = new ArrayList<>();
        BenchReport report = run(settings(TrainingStage.DPO, 3, 1, 4), new Solo(), seen::add);

        assertThat(seen).hasSize(5);
        assertThat(report.stepSeconds()).hasSize(4);
        assertThat(report.stepTokens()).hasSize(4);
        List<Example> measured = pairs(15).subList(3, 15);
        assertThat(report.usefulTokens())
                .isEqualTo(measured.stream().mapToLong(Example::usefulTokens).sum());
        assertThat(report.work().packedTokens())
                .isEqualTo(measured.stream().mapToLong(Example::packedTokens).sum());
        assertThat(report.shares().values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum())
                .isCloseTo(1.0, within(1e-9));
        assertThat(report.shares())
                .containsOnlyKeys(
                        "wait_data", "forward", "backward", "reduce", "merge", "gather", "checkpoint", "other");
        assertThat(report.oneEpochTokensPerSecond()).isLessThan(report.tokensPerSecond());
        assertThat(report.peakBytes()).hasSize(1);
    }

    @Test
    void ktoTrainsTwoRowsOfAPairAndScoresItsMismatches() {
        BenchReport report = run(settings(TrainingStage.KTO, 2, 0, 1), new Solo(), MetricSink.NONE);

        List<Example> rows = BenchPairs.labelled(pairs(2));
        assertThat(rows)
                .hasSize(4)
                .allSatisfy(row -> assertThat(row.completions()).hasSize(2));
        assertThat(report.usefulTokens())
                .isEqualTo(rows.stream().mapToLong(Example::usefulTokens).sum());
        ModelCost cost = new ModelCost(RandomWorld.architecture());
        assertThat(report.work().flops())
                .isGreaterThan(cost.trainingFlops(
                        report.work().packedTokens(), report.work().predictedTokens(), false));
    }

    @Test
    void ranksShareTheWork() {
        BenchReport alone = run(settings(TrainingStage.DPO, 4, 0, 2), new Solo(), MetricSink.NONE);
        List<Collective> ring = InMemoryCollective.group(2);
        CompletableFuture<BenchReport> other = CompletableFuture.supplyAsync(
                () -> run(settings(TrainingStage.DPO, 4, 0, 2), ring.get(1), MetricSink.NONE));
        BenchReport shared = run(settings(TrainingStage.DPO, 4, 0, 2), ring.get(0), MetricSink.NONE);

        assertThat(shared.work()).isEqualTo(alone.work()).isEqualTo(other.join().work());
        assertThat(shared.usefulTokens()).isEqualTo(alone.usefulTokens());
        assertThat(shared.peakBytes()).hasSize(2);
    }

    @Test
    void ratesAreOverAllStepsAndTheScoringPassCountsInOneEpoch() {
        BenchReport report = BenchReport.of(
                settings(TrainingStage.DPO, 4, 1, 3),
                10_000_000,
                List.of(step(2, 1.0), step(3, 9.0), step(4, 2.0)),
                new BenchReport.Work(24_000_000_000L, 200, 60),
                3.0,
                new long[] {3L << 20},
                new long[1]);

        assertThat(report.tokensPerSecond()).isEqualTo(25.0); // 300 tokens in 12 seconds
        assertThat(report.oneEpochTokensPerSecond()).isEqualTo(20.0); // and 3 of scoring
        assertThat(report.shareOfPeak(PEAK)).isEqualTo(0.5); // 2 of 4 GFLOP/s
        assertThat(report.nominalUtilization(PEAK)).isCloseTo(0.375, within(1e-12)); // 6 x 10^7 x 25 = 1.5 GFLOP/s
        assertThat(report.shares().get("forward")).isEqualTo(0.5);
        assertThat(String.join("\n", report.lines(PEAK)))
                .contains(
                        "3 steps of 4 pairs",
                        "25.0 useful tok/s",
                        "takes 4.000 s (1.000 to 9.000)",
                        "50.0 % of the peak",
                        "3 MiB");
        assertThat(report.toMap(PEAK)).containsEntry("tokens_per_second", 25.0).containsEntry("peak_memory_mib", 3L);
    }

    @Test
    void refusesABenchWithoutSteps() {
        assertThatThrownBy(() -> settings(TrainingStage.DPO, 4, 0, 0))
                .hasMessage("A bench needs steps of at least 1: 0");
        assertThatThrownBy(() -> settings(TrainingStage.SFT, 4, 0, 1)).hasMessage("A bench trains dpo or kto, not sft");
    }

    private static BenchReport run(BenchSettings settings, Collective collective, MetricSink progress) {
        try (Policy policy = RandomWorld.policy()) {
            return Bench.run(policy, collective, settings, pairs(settings.pairs() * settings.totalSteps()), progress);
        }
    }

    private static List<Example> pairs(int count) {
        return BenchPairs.random(count, 12, 6, 40, RandomWorld.architecture().vocabularySize());
    }

    private static BenchSettings settings(TrainingStage stage, int pairs, int warmUpSteps, int steps) {
        return new BenchSettings(stage, TestDevice.training(), MergeRuleName.ON_DARE, pairs, warmUpSteps, steps, 64);
    }

    /** Half of its time forward. */
    private static StepMetrics step(long number, double seconds) {
        Map<String, Double> values =
                new LinkedHashMap<>(new StepTimes(seconds, Map.of(Phase.FORWARD, seconds / 2)).metrics());
        values.put("tokens", 100.0);
        return new StepMetrics(number, values);
    }
}

package io.trimtab.job.train;

import io.trimtab.data.Example;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.plan.RankSplit;
import io.trimtab.job.config.CheckpointSettings;
import io.trimtab.job.config.EvaluationSettings;
import io.trimtab.job.metrics.MetricSink;
import io.trimtab.job.metrics.StepMetrics;
import io.trimtab.merge.MergedUpdate;
import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.model.ModelCost;
import io.trimtab.model.Policy;
import io.trimtab.model.batch.MicroBatches;
import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.engine.Device;
import io.trimtab.model.engine.Gpus;
import io.trimtab.model.loss.LossSettings;
import io.trimtab.model.loss.SequenceLoss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Our own speed, phase by phase: steps of the real loop on this process's rank. The pass that makes the reference log-probs is timed by
 * itself, as a run makes it once and any number of epochs and runs reuse it. Nothing is saved; rows lie in memory.
 */
public final class Bench {

    private static final long SEED = 42;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Policy policy;
    private final Collective collective;
    private final BenchSettings settings;
    private final List<List<Example>> steps = new ArrayList<>();
    private final List<StepBatch> batches = new ArrayList<>();
    private double scoringSeconds;

    private Bench(Policy policy, Collective collective, BenchSettings settings, List<Example> pairs) {
        this.policy = policy;
        this.collective = collective;
        this.settings = settings;
        for (int step = 0; step < settings.totalSteps(); step++) {
            List<Example> rows = pairs.subList(step * settings.pairs(), (step + 1) * settings.pairs());
            steps.add(share(settings.stage() == TrainingStage.KTO ? BenchPairs.labelled(rows) : rows));
        }
    }

    /**
     * Trains the policy for the settings' steps; its weights change. All ranks enter.
     *
     * @param pairs as many as all steps need, the same on every rank
     * @param progress of rank 0 sees every step, warm-up included
     * @return on every rank, the times of rank 0 on rank 0 alone
     */
    public static BenchReport run(
            Policy policy, Collective collective, BenchSettings settings, List<Example> pairs, MetricSink progress) {
        return new Bench(policy, collective, settings, pairs).run(progress);
    }

    /** This rank's rows of a step, as the shards' reader divides them. */
    private List<Example> share(List<Example> rows) {
        int[] costs = rows.stream().mapToInt(Example::packedTokens).toArray();
        return Arrays.stream(RankSplit.split(costs, collective.worldSize())[collective.rank()])
                .mapToObj(rows::get)
                .toList();
    }

    private BenchReport run(MetricSink progress) {
        score();
        List<StepMetrics> measured = new ArrayList<>();
        MetricSink recorder = step -> {
            progress.record(step);
            if (step.step() > settings.warmUpSteps()) {
                measured.add(step);
            }
        };
        TrainingPlan plan = new TrainingPlan(
                settings.totalSteps(),
                new CheckpointSettings(0, 0, 1, null),
                new EvaluationSettings(0, null, List.of()),
                System::nanoTime);
        StepBatches source = firstStep -> batches.iterator();
        new Trainer(learner(), source, plan, Evaluation.NONE, recorder, (state, update) -> {}, new StopSignal())
                .train(TrainingState.start());
        return report(measured);
    }

    /** With training's own packing, neighbouring steps' rows together as a run's own scoring has them; the first steps warm up here too. */
    private void score() {
        scoreSteps(0, settings.warmUpSteps());
        long start = System.nanoTime();
        scoreSteps(settings.warmUpSteps(), settings.totalSteps());
        scoringSeconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
    }

    private void scoreSteps(int from, int to) {
        List<ReferencedExample> scored =
                scored(steps.subList(from, to).stream().flatMap(List::stream).toList());
        int at = 0;
        for (int step = from; step < to; step++) {
            int end = at + steps.get(step).size();
            batches.add(new StepBatch(step + 1, scored.subList(at, end)));
            at = end;
        }
    }

    private List<ReferencedExample> scored(List<Example> rows) {
        List<ReferencedExample> scored = new ArrayList<>();
        for (List<Example> group : MicroBatches.split(rows, settings.microBatchTokens())) {
            double[] logProbs = policy.logProbs(PackedBatch.of(group));
            int at = 0;
            for (Example example : group) {
                int end = at + example.completions().size();
                scored.add(new ReferencedExample(example, Arrays.copyOfRange(logProbs, at, end)));
                at = end;
            }
        }
        return scored;
    }

    private Learner learner() {
        String loss = settings.stage() == TrainingStage.KTO ? "kto" : "sigmoid";
        return new Learner(
                policy,
                SequenceLoss.of(new LossSettings(loss, 0.1, 0.0, 1.0, 1.0)),
                collective,
                update(),
                settings.microBatchTokens());
    }

    /** A hundredth of the weights stands for the SFT delta: its values do not matter to the time, its presence does. */
    private MergedUpdate update() {
        PolicyMemory memory = new PolicyMemory(policy);
        MergeSettings merge = new MergeSettings(settings.rule(), Semantics.RELEASED, 0.01, 1e-7, SEED);
        FloatSource base = (offset, target, at, length) -> {
            memory.readWeights(offset, target, at, length);
            for (int i = at; i < at + length; i++) {
                target[i] *= 0.99f;
            }
        };
        return MergedUpdate.create(
                collective,
                memory,
                new AdamWSettings(1e-6, 0.9, 0.999, 1e-8, 0.0, 1.0),
                LearningRateSchedule.constant(),
                merge,
                merge.usesSftDelta() ? memory::readWeights : null,
                merge.usesSftDelta() ? base : null);
    }

    private BenchReport report(List<StepMetrics> measured) {
        List<StepBatch> counted = batches.subList(settings.warmUpSteps(), batches.size());
        double[] sums = collective.sum(new double[] {
            counted.stream().mapToLong(this::flops).sum(),
            sum(counted, batch -> batch.packed().packedTokens()),
            sum(counted, batch -> batch.packed().predictedTokens())
        });
        double[] seconds = new double[collective.worldSize()];
        double[] peaks = seconds.clone();
        double[] gpus = seconds.clone();
        seconds[collective.rank()] = scoringSeconds;
        peaks[collective.rank()] = ResidentMemory.peakBytes().orElse(0);
        gpus[collective.rank()] = gpuBytes();
        return BenchReport.of(
                settings,
                policy.architecture().parameters(),
                measured,
                new BenchReport.Work((long) sums[0], (long) sums[1], (long) sums[2]),
                Arrays.stream(collective.sum(seconds)).max().orElse(0),
                whole(collective.sum(peaks)),
                whole(collective.sum(gpus)));
    }

    private static long[] whole(double[] bytes) {
        return Arrays.stream(bytes).mapToLong(each -> (long) each).toArray();
    }

    /** The engine keeps what it has taken, so what is taken now is the most that was. */
    private long gpuBytes() {
        Device device = settings.policy().device();
        return device.cuda()
                ? Gpus.capacity(device)
                        .map(memory -> memory.total() - memory.free())
                        .orElse(0L)
                : 0;
    }

    private long sum(List<StepBatch> counted, java.util.function.ToLongFunction<MicroBatch> what) {
        return counted.stream()
                .flatMap(batch -> batch.trained(settings.microBatchTokens()).stream())
                .mapToLong(what)
                .sum();
    }

    private long flops(StepBatch step) {
        ModelCost cost = new ModelCost(policy.architecture());
        boolean again = settings.policy().activationCheckpointing();
        long flops = 0;
        for (MicroBatch batch : step.trained(settings.microBatchTokens())) {
            PackedBatch packed = batch.packed();
            flops += cost.trainingFlops(packed.packedTokens(), packed.predictedTokens(), again);
        }
        for (MicroBatch batch : step.mismatched(settings.microBatchTokens())) {
            PackedBatch packed = batch.packed();
            flops += cost.scoringFlops(packed.packedTokens(), packed.predictedTokens());
        }
        return flops;
    }
}

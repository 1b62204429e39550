package io.trimtab.job.train;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.job.config.CheckpointSettings;
import io.trimtab.job.config.EvaluationSettings;
import io.trimtab.job.metrics.MetricSink;
import io.trimtab.job.metrics.StepMetrics;
import io.trimtab.merge.AdamWSettings;
import io.trimtab.merge.LearningRateSchedule;
import io.trimtab.merge.MergeRuleName;
import io.trimtab.merge.MergeSettings;
import io.trimtab.merge.MergedUpdate;
import io.trimtab.merge.Semantics;
import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.model.ModelCost;
import io.trimtab.model.Policy;
import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.loss.LossSettings;
import io.trimtab.model.loss.SequenceLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Our own speed, phase by phase: DPO steps of the real loop with OnDARE on one rank, on rows of random ids. Reference log-probs are made
 * before, as in a run, and not measured; nothing is read, saved or sent to other ranks.
 */
public final class Bench {

    private static final long SEED = 42;

    private final Policy policy;
    private final BenchSettings settings;

    private Bench(Policy policy, BenchSettings settings) {
        this.policy = policy;
        this.settings = settings;
    }

    /**
     * Trains the policy for the settings' steps; its weights change.
     *
     * @param progress sees every step, warm-up included
     */
    public static BenchReport run(Policy policy, BenchSettings settings, MetricSink progress) {
        return new Bench(policy, settings).run(progress);
    }

    private BenchReport run(MetricSink progress) {
        List<StepMetrics> measured = new ArrayList<>();
        MetricSink recorder = step -> {
            progress.record(step);
            if (step.step() > settings.warmUpSteps()) {
                measured.add(step);
            }
        };
        int steps = settings.warmUpSteps() + settings.steps();
        TrainingPlan plan = new TrainingPlan(
                steps,
                new CheckpointSettings(0, 0, 1, null),
                new EvaluationSettings(0, null, List.of()),
                System::nanoTime);
        new Trainer(learner(), batches(steps), plan, Evaluation.NONE, recorder, (state, update) -> {}, new StopSignal())
                .train(TrainingState.start());
        return BenchReport.of(policy.architecture().parameters(), flops(rows()), measured);
    }

    private Learner learner() {
        SequenceLoss loss = SequenceLoss.of(new LossSettings("sigmoid", 0.1, 0.0, 1.0, 1.0));
        return new Learner(policy, loss, new Solo(), update(), settings.microBatchTokens());
    }

    /** A hundredth of the weights stands for the SFT delta: its values do not matter to the time, its presence does. */
    private MergedUpdate update() {
        PolicyMemory memory = new PolicyMemory(policy);
        FloatSource base = (offset, target, at, length) -> {
            memory.readWeights(offset, target, at, length);
            for (int i = at; i < at + length; i++) {
                target[i] *= 0.99f;
            }
        };
        return MergedUpdate.create(
                new Solo(),
                memory,
                new AdamWSettings(1e-6, 0.9, 0.999, 1e-8, 0.0, 1.0),
                LearningRateSchedule.constant(),
                new MergeSettings(MergeRuleName.ON_DARE, Semantics.RELEASED, 0.01, 1e-7, SEED),
                memory::readWeights,
                base);
    }

    /** Every matrix product is computed once forward and twice backward. */
    private long flops(List<Example> rows) {
        ModelCost cost = new ModelCost(policy.architecture());
        PackedBatch batch = PackedBatch.of(rows);
        return 3 * (batch.packedTokens() * cost.layerFlops() + batch.predictedTokens() * cost.headFlops());
    }

    private List<Example> rows() {
        SplittableRandom random = new SplittableRandom(SEED);
        return IntStream.range(0, settings.pairs())
                .mapToObj(row -> pair("pair " + row, random))
                .toList();
    }

    private StepBatches batches(int steps) {
        List<ReferencedExample> rows = rows().stream().map(this::scored).toList();
        return firstStep -> LongStream.rangeClosed(firstStep, steps)
                .mapToObj(step -> new StepBatch(step, rows))
                .iterator();
    }

    private ReferencedExample scored(Example example) {
        return new ReferencedExample(example, policy.logProbs(PackedBatch.of(List.of(example))));
    }

    private Example pair(String id, SplittableRandom random) {
        return new Example(
                id,
                ids(settings.promptTokens(), random),
                List.of(
                        new Completion(ids(settings.completionTokens(), random), CompletionRole.CHOSEN),
                        new Completion(ids(settings.completionTokens(), random), CompletionRole.REJECTED)));
    }

    private int[] ids(int averageLength, SplittableRandom random) {
        int length = averageLength / 2 + random.nextInt(averageLength + 1);
        return random.ints(length, 0, policy.architecture().vocabularySize()).toArray();
    }
}

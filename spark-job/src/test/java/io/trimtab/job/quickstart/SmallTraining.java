package io.trimtab.job.quickstart;

import io.trimtab.data.Example;
import io.trimtab.data.plan.BatchOrder;
import io.trimtab.data.plan.BatchPlan;
import io.trimtab.job.config.CheckpointSettings;
import io.trimtab.job.config.EvaluationSettings;
import io.trimtab.job.config.OptimizerSettings;
import io.trimtab.job.metrics.MetricSink;
import io.trimtab.job.train.Evaluation;
import io.trimtab.job.train.Learner;
import io.trimtab.job.train.PolicyMemory;
import io.trimtab.job.train.ReferencedExample;
import io.trimtab.job.train.StepBatch;
import io.trimtab.job.train.StopSignal;
import io.trimtab.job.train.Trainer;
import io.trimtab.job.train.TrainingPlan;
import io.trimtab.job.train.TrainingState;
import io.trimtab.merge.MergedUpdate;
import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.model.Policy;
import io.trimtab.model.batch.MicroBatches;
import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.loss.LossSettings;
import io.trimtab.model.loss.SequenceLoss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The product's loop on one rank in this JVM, for many small runs one after the other: no Spark, no files, no checkpoints. */
final class SmallTraining {
    private static final int MICRO_BATCH_TOKENS = 2048;

    private final Policy policy;
    private final PolicyMemory memory;

    SmallTraining(Policy policy) {
        this.policy = policy;
        this.memory = new PolicyMemory(policy);
    }

    /**
     * What differs between the runs.
     *
     * @param seed of the order of rows
     */
    record Run(OptimizerSettings optimizer, MergeSettings merge, int batch, int epochs, long steps, long seed) {}

    float[] weights() {
        float[] weights = new float[Math.toIntExact(memory.layout().size())];
        memory.readWeights(0, weights, 0, weights.length);
        return weights;
    }

    void restore(float[] weights) {
        memory.writeWeights(0, weights, 0, weights.length);
    }

    void supervised(List<Example> rows, Run run) {
        List<ReferencedExample> plain =
                rows.stream().map(ReferencedExample::withoutReference).toList();
        float[] none = {};
        train(plain, "sft", run, none, none);
    }

    /** From the SFT weights, with them as the reference. */
    void preferences(List<Example> pairs, Run run, float[] sft, float[] base) {
        restore(sft);
        List<ReferencedExample> referenced = new ArrayList<>();
        for (List<Example> batch : MicroBatches.split(pairs, MICRO_BATCH_TOKENS)) {
            double[] logProbs = policy.logProbs(PackedBatch.of(batch));
            int at = 0;
            for (Example example : batch) {
                int to = at + example.completions().size();
                referenced.add(new ReferencedExample(example, Arrays.copyOfRange(logProbs, at, to)));
                at = to;
            }
        }
        train(referenced, "sigmoid", run, sft, base);
    }

    private void train(List<ReferencedExample> rows, String loss, Run run, float[] sft, float[] base) {
        List<StepBatch> batches = batches(rows, run);
        Solo solo = new Solo();
        MergedUpdate update = MergedUpdate.create(
                solo,
                memory,
                run.optimizer().adamW(),
                run.optimizer().scheduleOver(batches.size()),
                run.merge(),
                source(sft),
                source(base));
        Learner learner = new Learner(
                policy, SequenceLoss.of(new LossSettings(loss, 0.1, 0, 1, 1)), solo, update, MICRO_BATCH_TOKENS);
        TrainingPlan plan = new TrainingPlan(
                batches.size(),
                new CheckpointSettings(0, 0, 1, null),
                new EvaluationSettings(0, null, List.of()),
                System::nanoTime);
        TrainingState end = new Trainer(
                        learner,
                        first ->
                                batches.subList((int) first - 1, batches.size()).iterator(),
                        plan,
                        Evaluation.NONE,
                        MetricSink.NONE,
                        (state, saved) -> {},
                        new StopSignal())
                .train(TrainingState.start());
        if (end.step() != batches.size()) {
            throw new IllegalStateException("Training stopped at step " + end.step() + " of " + batches.size());
        }
    }

    private static List<StepBatch> batches(List<ReferencedExample> rows, Run run) {
        BatchPlan plan = BatchPlan.of(
                rows.size(), run.batch(), run.epochs(), run.steps(), run.seed(), BatchOrder.SHUFFLED, new int[0]);
        List<List<ReferencedExample>> byStep = new ArrayList<>();
        for (long step = 0; step < plan.steps(); step++) {
            byStep.add(new ArrayList<>());
        }
        for (int epoch = 0; epoch < plan.epochs(); epoch++) {
            for (int row = 0; row < rows.size(); row++) {
                long step = plan.stepOf(epoch, row);
                if (step <= plan.steps()) {
                    byStep.get((int) step - 1).add(rows.get(row));
                }
            }
        }
        List<StepBatch> batches = new ArrayList<>();
        for (List<ReferencedExample> batch : byStep) {
            batches.add(new StepBatch(batches.size() + 1, batch));
        }
        return batches;
    }

    private static FloatSource source(float[] weights) {
        return (offset, target, at, length) -> System.arraycopy(weights, (int) offset, target, at, length);
    }
}

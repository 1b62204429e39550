package io.trimtab.job.train;

import io.trimtab.job.config.CheckpointSettings;
import io.trimtab.job.config.EvaluationSettings;
import io.trimtab.job.metrics.MetricSink;
import io.trimtab.job.metrics.StepMetrics;
import io.trimtab.merge.MergedUpdate;
import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.allreduce.InMemoryCollective;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.ScheduleName;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.model.Policy;
import io.trimtab.model.loss.SequenceLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The loop run by R ranks in R threads of this JVM, each with its own copy of the model: the real thing without Spark. */
final class LoopRun {

    /**
     * What one rank ended with.
     *
     * @param state null where it failed
     * @param weightsAfter flat weights after every step
     */
    record Outcome(
            @Nullable TrainingState state,
            float[] weights,
            List<StepMetrics> metrics,
            List<String> announced,
            List<float[]> weightsAfter,
            @Nullable RuntimeException failure) {}

    interface BatchesOfRank {
        StepBatches of(int rank, Policy policy);
    }

    private final Supplier<Policy> policy;
    private final SequenceLoss loss;
    private final long steps;
    private int ranks = 1;
    private AdamWSettings adamW = new AdamWSettings(1e-3, 0.9, 0.999, 1e-8, 0.0, 1.0);
    private MergeSettings merge = MergeSettings.none();
    private @Nullable FloatSource sft;
    private @Nullable FloatSource base;
    private int microBatchTokens = 4096;
    private int saveEverySteps;
    private double saveEveryMinutes;
    private LongSupplier clockOfRankZero = System::nanoTime;
    private int evaluateEverySteps = 1;
    private MemoryCheckpoints checkpoints = new MemoryCheckpoints();
    private StopSignal stop = new StopSignal();

    LoopRun(Supplier<Policy> policy, SequenceLoss loss, long steps) {
        this.policy = policy;
        this.loss = loss;
        this.steps = steps;
    }

    LoopRun ranks(int number) {
        ranks = number;
        return this;
    }

    LoopRun adamW(AdamWSettings settings) {
        adamW = settings;
        return this;
    }

    LoopRun merge(MergeSettings settings, float[] sftWeights, float[] baseWeights) {
        merge = settings;
        sft = source(sftWeights);
        base = source(baseWeights);
        return this;
    }

    LoopRun microBatchTokens(int tokens) {
        microBatchTokens = tokens;
        return this;
    }

    LoopRun saveEverySteps(int every) {
        saveEverySteps = every;
        return this;
    }

    LoopRun saveEveryMinutes(double every, LongSupplier clock) {
        saveEveryMinutes = every;
        clockOfRankZero = clock;
        return this;
    }

    LoopRun evaluateEverySteps(int every) {
        evaluateEverySteps = every;
        return this;
    }

    /** Resumes from the newest one in there. */
    LoopRun checkpoints(MemoryCheckpoints memory) {
        checkpoints = memory;
        return this;
    }

    /** Watched by the last rank alone: one request must stop all. */
    LoopRun stop(StopSignal signal) {
        stop = signal;
        return this;
    }

    /** Fails if a rank fails. */
    List<Outcome> run(BatchesOfRank batches) throws Exception {
        List<Outcome> outcomes = attempt(batches);
        for (Outcome outcome : outcomes) {
            if (outcome.failure() != null) {
                throw outcome.failure();
            }
        }
        return outcomes;
    }

    /** In rank order, failed ranks too. */
    List<Outcome> attempt(BatchesOfRank batches) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(ranks);
        try {
            List<Future<Outcome>> running = new ArrayList<>();
            for (Collective collective : InMemoryCollective.group(ranks)) {
                running.add(threads.submit(() -> rank(collective, batches)));
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (Future<Outcome> rank : running) {
                outcomes.add(rank.get());
            }
            return outcomes;
        } finally {
            threads.shutdownNow();
        }
    }

    private Outcome rank(Collective collective, BatchesOfRank batches) throws Exception {
        Recorder recorder = new Recorder();
        try (collective;
                Policy own = policy.get()) {
            MergedUpdate update = MergedUpdate.create(
                    collective,
                    new PolicyMemory(own),
                    adamW,
                    new LearningRateSchedule(ScheduleName.CONSTANT, 0, steps, 0.0),
                    merge,
                    sft,
                    base);
            TrainingState start = checkpoints.resume(update);
            Trainer trainer = new Trainer(
                    new Learner(own, loss, collective, update, microBatchTokens),
                    batches.of(collective.rank(), own),
                    plan(collective.rank()),
                    recorder::evaluate,
                    recorder,
                    checkpoints,
                    collective.rank() == ranks - 1 ? stop : new StopSignal());
            try {
                return recorder.outcome(trainer.train(start), weights(own), null);
            } catch (RuntimeException e) {
                return recorder.outcome(null, weights(own), e);
            }
        }
    }

    private TrainingPlan plan(int rank) {
        return new TrainingPlan(
                steps,
                new CheckpointSettings(saveEverySteps, saveEveryMinutes, 2, null),
                new EvaluationSettings(evaluateEverySteps, null, List.of()),
                rank == 0 ? clockOfRankZero : System::nanoTime);
    }

    /** Notes what one rank says and how its weights move. */
    private static final class Recorder implements MetricSink {
        private final List<StepMetrics> metrics = new ArrayList<>();
        private final List<String> announced = new ArrayList<>();
        private final List<float[]> weightsAfter = new ArrayList<>();

        @Override
        public void announce(String line) {
            announced.add(line);
        }

        @Override
        public void record(StepMetrics step) {
            metrics.add(step);
        }

        Map<String, Double> evaluate(Policy policy) {
            float[] flat = weights(policy);
            weightsAfter.add(flat);
            double squares = 0;
            for (float value : flat) {
                squares += (double) value * value;
            }
            return Map.of("weight_norm", Math.sqrt(squares));
        }

        Outcome outcome(@Nullable TrainingState state, float[] weights, @Nullable RuntimeException failure) {
            return new Outcome(state, weights, metrics, announced, weightsAfter, failure);
        }
    }

    static float[] weights(Policy policy) {
        PolicyMemory memory = new PolicyMemory(policy);
        float[] flat = new float[Math.toIntExact(memory.layout().size())];
        memory.readWeights(0, flat, 0, flat.length);
        return flat;
    }

    private static FloatSource source(float[] flat) {
        return (offset, target, at, length) -> System.arraycopy(flat, Math.toIntExact(offset), target, at, length);
    }
}

package io.trimtab.job.train;

import io.trimtab.job.config.RefusedException;
import io.trimtab.job.metrics.MetricSink;
import io.trimtab.merge.NoChangeException;

/**
 * The loop. All ranks run it in step: what is marked (all) is entered by every one of them, so none may leave early, and what ends the
 * loop is agreed on inside a step. Runs on the thread that owns the learner.
 */
public final class Trainer {

    private final Learner learner;
    private final StepBatches batches;
    private final TrainingPlan plan;
    private final TrainingStep step;
    private final Evaluation evaluation;
    private final MetricSink metrics;
    private final Checkpoints checkpoints;
    private final PhaseClock clock = new PhaseClock(System::nanoTime);

    public Trainer(
            Learner learner,
            StepBatches batches,
            TrainingPlan plan,
            Evaluation evaluation,
            MetricSink metrics,
            Checkpoints checkpoints,
            StopSignal stop) {
        this.learner = learner;
        this.batches = batches;
        this.plan = plan;
        this.evaluation = evaluation;
        this.metrics = learner.isRankZero() ? metrics : MetricSink.NONE;
        this.checkpoints = checkpoints;
        this.step = new TrainingStep(learner, plan, stop, clock);
    }

    /**
     * Trains from where the state stands to the plan's last step, or to the step after which a rank asked to stop; saved at the end
     * either way.
     *
     * @throws RefusedException on all ranks, before the first step, where the settings would not move the weights
     * @throws io.trimtab.job.config.DivergedException on all ranks, with unchanged weights, where loss or gradient is not finite
     * @return the state reached: its step is the plan's last one unless a rank asked to stop
     */
    public TrainingState train(TrainingState start) {
        requireChange(); // (all)
        clock.lap(); // loading belongs to no step
        TrainingState state = start;
        for (StepBatch batch : clock.waiting(batches.from(state.nextStep()))) {
            tellRounding(batch);
            StepReport report = step.run(batch); // (all)
            state = state.after(batch);
            if (plan.evaluatesAfter(state)) {
                report = evaluated(report); // (all)
            }
            metrics.record(report.metrics());
            if (plan.savesAfter(state, report)) {
                state = saved(state); // (all)
            }
            if (report.stopRequested()) {
                return state;
            }
        }
        return state.isSaved() ? state : saved(state); // (all)
    }

    /** Says what a step can be expected to move, and refuses a run that would move nothing. */
    private void requireChange() {
        metrics.announce(learner.update().expectedChange().banner());
        learner.update().expectedChange().warning().ifPresent(line -> metrics.announce("warning: " + line));
        learner.update().remarks(plan.totalSteps()).forEach(metrics::announce);
        try {
            learner.update().requireChange();
        } catch (NoChangeException e) {
            throw new RefusedException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Once, before anything is learnt: rank 0 speaks for all. */
    private void tellRounding(StepBatch batch) {
        if (batch.step() == 1 && learner.isRankZero()) {
            clock.aside(() -> RoundingBias.of(learner.policy(), batch, learner.microBatchTokens()))
                    .ifPresent(bias -> metrics.announce(bias.line()));
        }
    }

    private StepReport evaluated(StepReport report) {
        return clock.aside(() -> report.with(learner.update().withResult(() -> evaluation.of(learner.policy()))));
    }

    private TrainingState saved(TrainingState state) {
        clock.time(Phase.CHECKPOINT, () -> checkpoints.save(state, learner.update()));
        plan.saved();
        return state.saved();
    }
}

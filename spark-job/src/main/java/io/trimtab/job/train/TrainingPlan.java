package io.trimtab.job.train;

import io.trimtab.job.config.CheckpointSettings;
import io.trimtab.job.config.EvaluationSettings;
import java.util.function.LongSupplier;

/**
 * After which steps the run is saved and evaluated. Steps decide by counting, on every rank alike; minutes are rank 0's clock alone,
 * whose wish reaches the others inside the step's own sum, so that no two ranks read two clocks.
 */
public final class TrainingPlan {

    private static final double NANOS_PER_MINUTE = 60e9;

    private final long totalSteps;
    private final long saveEverySteps;
    private final double saveEveryNanos;
    private final long evaluateEverySteps;
    private final LongSupplier nanoClock;
    private long savedNanos;

    /** @param totalSteps the run's last step, also where an earlier attempt did some of them */
    public TrainingPlan(
            long totalSteps, CheckpointSettings checkpoint, EvaluationSettings evaluation, LongSupplier nanoClock) {
        this.totalSteps = totalSteps;
        this.saveEverySteps = checkpoint.everySteps();
        this.saveEveryNanos = checkpoint.everyMinutes() * NANOS_PER_MINUTE;
        this.evaluateEverySteps = evaluation.everySteps();
        this.nanoClock = nanoClock;
        this.savedNanos = nanoClock.getAsLong();
    }

    public long totalSteps() {
        return totalSteps;
    }

    /** This rank's own opinion, only rank 0's counts: the time between checkpoints is over. */
    boolean saveIsOverdue() {
        return saveEveryNanos > 0 && nanoClock.getAsLong() - savedNanos >= saveEveryNanos;
    }

    boolean savesAfter(TrainingState state, StepReport report) {
        return report.stopRequested() || report.saveAgreed() || isMultiple(state.step(), saveEverySteps);
    }

    boolean evaluatesAfter(TrainingState state) {
        return isMultiple(state.step(), evaluateEverySteps);
    }

    void saved() {
        savedNanos = nanoClock.getAsLong();
    }

    private static boolean isMultiple(long step, long every) {
        return every > 0 && step % every == 0;
    }
}

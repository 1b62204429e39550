package io.trimtab.job.train;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * After which steps the run is saved and evaluated. Steps decide by counting, on every rank alike; minutes are rank 0's clock alone,
 * whose wish reaches the others inside the step's own sum, so that no two ranks read two clocks.
 */
public final class TrainingPlan {

    private final long totalSteps;
    private final long saveEverySteps;
    private final Optional<Duration> saveEvery;
    private final long evaluateEverySteps;
    private final LongSupplier nanoClock;
    private long savedNanos;

    /**
     * @param saveEverySteps 0: no checkpoint by steps
     * @param saveEvery time between two checkpoints
     * @param evaluateEverySteps 0: no evaluation while training
     */
    public TrainingPlan(
            long totalSteps,
            long saveEverySteps,
            Optional<Duration> saveEvery,
            long evaluateEverySteps,
            LongSupplier nanoClock) {
        this.totalSteps = totalSteps;
        this.saveEverySteps = saveEverySteps;
        this.saveEvery = saveEvery;
        this.evaluateEverySteps = evaluateEverySteps;
        this.nanoClock = nanoClock;
        this.savedNanos = nanoClock.getAsLong();
    }

    public long totalSteps() {
        return totalSteps;
    }

    /** This rank's own opinion, only rank 0's counts: the time between checkpoints is over. */
    boolean saveIsOverdue() {
        return saveEvery.isPresent()
                && nanoClock.getAsLong() - savedNanos >= saveEvery.get().toNanos();
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

package io.trimtab.job.train;

/**
 * Where a run stands.
 *
 * @param step the last finished step, 0 before the first
 * @param savedStep the step of the newest checkpoint, {@link #NOT_SAVED} if there is none
 */
public record TrainingState(long step, long savedStep) {

    static final long NOT_SAVED = -1;

    public TrainingState {
        if (step < 0 || savedStep > step) {
            throw new IllegalArgumentException(
                    "A run at step " + step + " cannot have a checkpoint of step " + savedStep);
        }
    }

    public static TrainingState start() {
        return new TrainingState(0, NOT_SAVED);
    }

    public static TrainingState resumedAt(long step) {
        return new TrainingState(step, step);
    }

    public long nextStep() {
        return step + 1;
    }

    public boolean isSaved() {
        return savedStep == step;
    }

    TrainingState after(StepBatch batch) {
        if (batch.step() != nextStep()) {
            throw new IllegalStateException(
                    "Batch of step " + batch.step() + " came where step " + nextStep() + " was due");
        }
        return new TrainingState(batch.step(), savedStep);
    }

    TrainingState saved() {
        return new TrainingState(step, step);
    }
}

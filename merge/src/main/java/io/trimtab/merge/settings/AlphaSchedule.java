package io.trimtab.merge.settings;

import java.io.Serializable;

/**
 * How alpha changes over a run: as the same curves as the learning rate, or along with it.
 *
 * @param warmupSteps steps in which alpha rises from 0; the learning rate's own where alpha follows that
 * @param minRatio share of alpha that is left at the end, in [0, 1]
 */
public record AlphaSchedule(Name name, long warmupSteps, double minRatio) implements Serializable {

    /** Shape of alpha after its warm-up. */
    public enum Name {
        CONSTANT,
        LINEAR,
        COSINE,
        /** alpha times the factor of the learning rate, warm-up and all. */
        LEARNING_RATE
    }

    /** alpha itself in every step: the paper's. */
    public static final AlphaSchedule CONSTANT = new AlphaSchedule(Name.CONSTANT, 0, 0.0);

    public AlphaSchedule {
        if (warmupSteps < 0) {
            throw new IllegalArgumentException("merge.alpha-warmup-steps must be at least 0: " + warmupSteps);
        }
        if (!(minRatio >= 0 && minRatio <= 1)) {
            throw new IllegalArgumentException("merge.min-alpha-ratio must be in [0, 1]: " + minRatio);
        }
    }

    /** The factor of alpha at every step of a run with this learning rate. */
    public LearningRateSchedule over(LearningRateSchedule learningRate) {
        return switch (name) {
            case CONSTANT -> curve(ScheduleName.CONSTANT, learningRate);
            case LINEAR -> curve(ScheduleName.LINEAR, learningRate);
            case COSINE -> curve(ScheduleName.COSINE, learningRate);
            case LEARNING_RATE -> learningRate;
        };
    }

    private LearningRateSchedule curve(ScheduleName curve, LearningRateSchedule learningRate) {
        return new LearningRateSchedule(curve, warmupSteps, learningRate.totalSteps(), minRatio);
    }
}

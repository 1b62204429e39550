package io.trimtab.merge.settings;

import java.io.Serializable;

/**
 * The factor of the learning rate at every step: up from 0 over the warm-up, then down along its curve to {@code minRatio}. The
 * curves are transformers' {@code get_*_schedule_with_warmup}; factor after the warm-up = r + (1 - r) x multiplier.
 */
public record LearningRateSchedule(ScheduleName name, long warmupSteps, long totalSteps, double minRatio)
        implements Serializable {
    public LearningRateSchedule {
        if (warmupSteps < 0) {
            throw new IllegalArgumentException("optimizer.warmup-steps must be at least 0: " + warmupSteps);
        }
        if (totalSteps < 1) {
            throw new IllegalArgumentException("A schedule needs at least one step: " + totalSteps);
        }
        if (!(minRatio >= 0 && minRatio <= 1)) {
            throw new IllegalArgumentException("optimizer.min-learning-rate-ratio must be in [0, 1]: " + minRatio);
        }
    }

    /** 1 at every step. */
    public static LearningRateSchedule constant() {
        return new LearningRateSchedule(ScheduleName.CONSTANT, 0, 1, 0);
    }

    /** The factor used by the given step, counted from 1; behind the last planned step it stays as it is there. */
    public double factor(long step) {
        long done = step - 1;
        if (done < warmupSteps) {
            return (double) done / warmupSteps;
        }
        return minRatio + (1 - minRatio) * multiplier(done);
    }

    /** The largest factor of the planned steps. */
    public double peak() {
        return factor(Math.min(warmupSteps, totalSteps - 1) + 1);
    }

    private double multiplier(long done) {
        double rest = Math.max(1, totalSteps - warmupSteps);
        double progress = Math.min(1, (done - warmupSteps) / rest);
        return switch (name) {
            case CONSTANT -> 1;
            case LINEAR -> 1 - progress;
            case COSINE -> 0.5 * (1 + Math.cos(Math.PI * progress));
        };
    }
}

package io.trimtab.job.config;

import io.trimtab.model.weights.WeightType;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** When the state is saved; 0 switches a clock off, the end of a run always saves. {@code exportPrecision} null: as the policy's folder. */
public record CheckpointSettings(
        int everySteps,
        double everyMinutes,
        int keepLast,
        @Nullable WeightType exportPrecision) implements Serializable {}

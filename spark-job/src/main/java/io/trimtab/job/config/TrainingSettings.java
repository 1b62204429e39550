package io.trimtab.job.config;

import io.trimtab.data.TrainingStage;
import java.io.Serializable;

/**
 * What is trained and for how long.
 *
 * @param globalBatchSize examples per optimizer step over all ranks
 * @param microBatchTokens packed tokens of one forward pass; a longer example passes alone
 * @param maxSteps -1: as many as the epochs hold
 */
public record TrainingSettings(
        TrainingStage stage, int globalBatchSize, int microBatchTokens, int epochs, long maxSteps, long seed)
        implements Serializable {}

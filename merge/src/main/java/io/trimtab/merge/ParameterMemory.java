package io.trimtab.merge;

import io.trimtab.merge.shard.ParameterLayout;

/**
 * The model's own weights and gradients, as one flat space; implemented by whoever holds a model. Reads and writes may span tensor borders
 * and come in segments of at most 2^26 floats, always from the thread that called {@link MergedUpdate}.
 */
public interface ParameterMemory {

    ParameterLayout layout();

    /** A parameter without a gradient reads as zeros. */
    void readGradients(long offset, float[] target, int at, int length);

    void zeroGradients();

    void readWeights(long offset, float[] target, int at, int length);

    void writeWeights(long offset, float[] source, int at, int length);
}

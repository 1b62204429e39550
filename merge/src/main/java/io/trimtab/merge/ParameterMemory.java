package io.trimtab.merge;

import io.trimtab.merge.shard.ParameterLayout;

/**
 * The model's own weights and gradients, as one flat space; implemented by whoever holds a model. Reads and writes may span tensor borders
 * and come in segments of at most 2^26 floats, from the thread that called {@link MergedUpdate} unless said otherwise.
 */
public interface ParameterMemory {

    ParameterLayout layout();

    /** A parameter without a gradient reads as zeros. */
    void readGradients(long offset, float[] target, int at, int length);

    void zeroGradients();

    void readWeights(long offset, float[] target, int at, int length);

    void writeWeights(long offset, float[] source, int at, int length);

    /** How many threads an update may work on: the model's own rest meanwhile. */
    default int threads() {
        return 1;
    }

    /**
     * Whether weights and gradients are 32-bit floats in this process's memory. An update then works on them where they lie and keeps no copies; it
     * uses up the gradients before it zeroes them, and may read and write different places from several threads.
     */
    default boolean isInPlace() {
        return false;
    }

    /** Where the memory is in place: what an update leaves there on its way. */
    default void writeGradients(long offset, float[] source, int at, int length) {
        throw new UnsupportedOperationException("This memory is not in place");
    }
}

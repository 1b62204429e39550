package io.trimtab.job.spark;

import io.trimtab.merge.MergeSettings;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.ModelCost;

/**
 * What one rank keeps in memory, in bytes.
 *
 * @param heap its share of masters, two moments, gradient and, for a merging rule, the SFT delta with its masks: Java floats
 * @param overhead weights and gradients of the whole model and the engine's activations: native memory
 */
public record MemoryNeed(long heap, long overhead) {
    private static final long MIB = 1L << 20;

    /** Spark itself, shards being read, checkpoint buffers. */
    private static final long HEAP_BASE = 500 * MIB;

    /** libtorch's code and pools. */
    private static final long OVERHEAD_BASE = 400 * MIB;

    /**
     * Of training this model.
     *
     * @param longest tokens of the longest sequence, data.max-length
     */
    public static MemoryNeed of(
            ModelArchitecture model, int ranks, MergeSettings merge, int microBatchTokens, int longest) {
        long parameters = model.parameters();
        long state = parameters * Float.BYTES * merge.floatsPerParameter() / ranks;
        ModelCost cost = new ModelCost(model);
        int keys = Math.min(microBatchTokens, Math.min(longest, model.maxPositions()));
        long activations = microBatchTokens * cost.keptNumbers(keys) + cost.headNumbers(microBatchTokens);
        return new MemoryNeed(HEAP_BASE + state, OVERHEAD_BASE + (2 * parameters + activations) * Float.BYTES);
    }

    long heapMiB() {
        return heap / MIB + 1;
    }

    long overheadMiB() {
        return overhead / MIB + 1;
    }
}

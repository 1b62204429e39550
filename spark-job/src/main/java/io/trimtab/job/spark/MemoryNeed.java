package io.trimtab.job.spark;

import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.TensorSpec;

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

    private static final int STATE_FLOATS = 4;
    private static final int DELTA_FLOATS = 2;

    public static MemoryNeed of(ModelArchitecture model, int ranks, boolean usesSftDelta, int microBatchTokens) {
        long parameters = 0;
        for (TensorSpec tensor : model.tensors()) {
            parameters += tensor.elements();
        }
        long state = parameters * Float.BYTES * (STATE_FLOATS + (usesSftDelta ? DELTA_FLOATS : 0)) / ranks;
        long activations = activations(model, microBatchTokens);
        return new MemoryNeed(HEAP_BASE + state, OVERHEAD_BASE + 2 * parameters * Float.BYTES + activations);
    }

    /** Kept for the backward pass: about 12 hidden-sized and 3 MLP-sized rows per token and layer, and one chunk of logits. */
    private static long activations(ModelArchitecture model, int tokens) {
        long perLayer = 12L * model.hiddenSize() + 3L * model.intermediateSize();
        return (long) tokens * Float.BYTES * (perLayer * model.layers()) + 64 * MIB;
    }

    long heapMiB() {
        return heap / MIB + 1;
    }

    long overheadMiB() {
        return overhead / MIB + 1;
    }
}

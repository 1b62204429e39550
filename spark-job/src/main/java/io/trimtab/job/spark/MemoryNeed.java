package io.trimtab.job.spark;

import io.trimtab.job.train.MemoryEstimate;

/**
 * What a cluster must give one rank, in bytes.
 *
 * @param heap its share of masters, two moments, gradient and, for a merging rule, the SFT delta with its masks: Java floats
 * @param overhead weights and gradients of the whole model and the engine's activations: native memory
 */
public record MemoryNeed(long heap, long overhead) {
    private static final long MIB = 1L << 20;

    static MemoryNeed of(MemoryEstimate estimate) {
        return new MemoryNeed(estimate.heap(), estimate.outsideHeap());
    }

    long heapMiB() {
        return heap / MIB + 1;
    }

    long overheadMiB() {
        return overhead / MIB + 1;
    }
}

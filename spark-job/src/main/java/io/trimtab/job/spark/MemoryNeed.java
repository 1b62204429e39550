package io.trimtab.job.spark;

import io.trimtab.job.train.MemoryEstimate;

/**
 * What a cluster must give one rank, in bytes.
 *
 * @param heap size of its Java heap, {@link MemoryEstimate#heap}
 * @param overhead native memory beside it, {@link MemoryEstimate#outsideHeap}
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

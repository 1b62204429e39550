package io.trimtab.data.plan;

/** Which row is seen at which step of the run. */
public final class BatchPlan {
    private BatchPlan() {}

    /**
     * @param rows kept rows
     * @param globalBatch rows per step over all ranks
     * @param maxSteps where the run ends early; negative: never
     * @param lengths tokens per row, used by {@link BatchOrder#LENGTH_GROUPED} alone
     */
    public static BatchPlan of(
            int rows, int globalBatch, int epochs, long maxSteps, long seed, BatchOrder order, int[] lengths) {
        throw new UnsupportedOperationException("Not written yet");
    }

    public long steps() {
        throw new UnsupportedOperationException("Not written yet");
    }

    public long stepsPerEpoch() {
        throw new UnsupportedOperationException("Not written yet");
    }

    /** Step, from 1, at which the epoch (from 0) sees the row; beyond {@link #steps} where the run ends before. */
    public long stepOf(int epoch, int row) {
        throw new UnsupportedOperationException("Not written yet");
    }

    /** Place of the row inside its step's batch, from 0. */
    public int slotOf(int epoch, int row) {
        throw new UnsupportedOperationException("Not written yet");
    }
}

package io.trimtab.job.train;

import java.io.Serializable;

/**
 * The forward and backward pass of a run that takes most memory.
 *
 * @param rows of the packed batch
 * @param predicted tokens among them
 * @param longest tokens of the longest sequence
 */
public record LargestPass(long rows, long predicted, int longest) implements Serializable {
    private static final long serialVersionUID = 1L;

    /**
     * Of a run whose rows are known.
     *
     * @param stepTokens packed tokens of the largest step, over all ranks
     * @param rowTokens of the largest row, which passes alone where it is above the limit
     * @param predictedShare of packed tokens that are predicted, 0 to 1
     */
    public static LargestPass of(
            int microBatchTokens, long stepTokens, long rowTokens, int ranks, double predictedShare, int longest) {
        long share = Math.max(rowTokens, (stepTokens + ranks - 1) / ranks);
        long rows = Math.min(share, Math.max(microBatchTokens, rowTokens));
        return new LargestPass(rows, Math.round(rows * predictedShare), longest);
    }

    /** The same work in smaller passes. */
    LargestPass cutTo(long fewer) {
        return new LargestPass(fewer, Math.round((double) predicted * fewer / rows), longest);
    }
}

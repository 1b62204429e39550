package io.trimtab.data.plan;

/**
 * What a trainer that pads would compute: every sequence of a batch is filled up to the batch's longest. Trimtab packs instead and computes
 * no padding.
 *
 * @param rowsPerBatch rows of one padded batch; those of a step are divided in the order of the plan
 * @param tokens of all padded sequences of an epoch
 */
public record PaddedBatches(int rowsPerBatch, long tokens) {
    /**
     * The first epoch of a plan, padded.
     *
     * @param longest tokens of every row's longest sequence
     * @param sequencesPerRow sequences that the trainer builds of a row: 2 for a pair
     */
    public static PaddedBatches of(
            BatchPlan plan, int globalBatch, int rowsPerBatch, int[] longest, int sequencesPerRow) {
        int perStep = (Math.min(globalBatch, longest.length) - 1) / rowsPerBatch + 1;
        int batches = Math.toIntExact(plan.stepsPerEpoch() * perStep);
        int[] longestOfBatch = new int[batches];
        int[] rowsOfBatch = new int[batches];
        for (int row = 0; row < longest.length; row++) {
            int batch = Math.toIntExact((plan.stepOf(0, row) - 1) * perStep + plan.slotOf(0, row) / rowsPerBatch);
            longestOfBatch[batch] = Math.max(longestOfBatch[batch], longest[row]);
            rowsOfBatch[batch]++;
        }
        long tokens = 0;
        for (int batch = 0; batch < batches; batch++) {
            tokens += (long) longestOfBatch[batch] * rowsOfBatch[batch] * sequencesPerRow;
        }
        return new PaddedBatches(rowsPerBatch, tokens);
    }

    /** Share of the padded tokens that are padding. */
    public double share(long usefulTokens) {
        return tokens == 0 ? 0 : 1 - (double) usefulTokens / tokens;
    }
}

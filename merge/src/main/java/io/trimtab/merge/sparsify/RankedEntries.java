package io.trimtab.merge.sparsify;

import java.util.Arrays;

/**
 * DELLA's MagPrune (arXiv 2406.11617) on one tensor in pieces: within a row the entry of rank r among n by ascending magnitude is kept with probability
 * {@code density - epsilon + 2 epsilon (r - 1) / (n - 1)}. Pieces hold whole rows. Of equal magnitudes the lowest index ranks lower; a row of one entry
 * is kept with probability density. At density 1 nothing is dropped.
 */
public final class RankedEntries implements TensorSparsifier {

    private static final double TO_UNIT = 0x1.0p-53;

    private final double density;
    private final double epsilon;
    private final int columns;
    private final boolean inverse;
    private final long key;
    private final long[] ranks;

    private RankedEntries(double density, double epsilon, int columns, boolean inverse, long key) {
        this.density = density;
        this.epsilon = epsilon;
        this.columns = columns;
        this.inverse = inverse;
        this.key = key;
        this.ranks = new long[columns];
    }

    /**
     * One model's tensor; models have masks of their own.
     *
     * @param epsilon half the spread of the probabilities; density plus and minus epsilon lie inside (0, 1) unless the density is 1
     * @param columns length of a row
     * @param model place of the model among those merged
     * @param tensor id of the output tensor
     */
    public static TensorSparsifier of(
            double density, double epsilon, int columns, Rescale rescale, long seed, long model, int tensor) {
        if (density >= 1.0) {
            return TensorSparsifier.keepAll();
        }
        TensorSparsifier ranked = new RankedEntries(
                density, epsilon, columns, rescale == Rescale.INVERSE_DENSITY, MaskKey.of(seed, model, tensor));
        return rescale == Rescale.L1 ? new RescaledToL1(ranked) : ranked;
    }

    @Override
    public int passes() {
        return 0;
    }

    @Override
    public void measure(int pass, float[] values, int length, long offset) {
        throw new IllegalStateException("Ranks within a row need no measure, pass " + pass);
    }

    @Override
    public void apply(float[] values, int length, long offset) {
        for (int row = 0; row < length; row += columns) {
            applyToRow(values, row, offset + row);
        }
    }

    private void applyToRow(float[] values, int row, long element) {
        for (int i = 0; i < columns; i++) {
            ranks[i] = (long) BorderSearch.bits(values[row + i]) << 32 | i;
        }
        Arrays.sort(ranks);
        for (int rank = 0; rank < columns; rank++) {
            int column = (int) ranks[rank];
            double share = columns == 1 ? 0.5 : (double) rank / (columns - 1);
            double probability = density - epsilon + 2.0 * epsilon * share;
            boolean kept = MaskKey.bits(key, element + column) * TO_UNIT < probability;
            float value = values[row + column];
            values[row + column] = kept ? scaled(value, probability) : 0.0f;
        }
    }

    private float scaled(float value, double probability) {
        return inverse ? (float) (value / probability) : value;
    }
}

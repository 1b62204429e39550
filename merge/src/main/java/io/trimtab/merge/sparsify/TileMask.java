package io.trimtab.merge.sparsify;

import io.trimtab.merge.shard.TensorPart;
import java.util.Arrays;

/**
 * Draws which entries of a tile a random mask keeps: the numbers of {@link MaskKey}, in loops that C2 turns into vector instructions where the processor multiplies
 * vectors of longs (AVX-512). A tile is drawn in rows of {@value #COLUMNS}: bit after bit each column collects what of it is
 * kept, and only the set bits are looked at one by one. Not thread safe.
 */
final class TileMask {

    private static final int COLUMNS = 256;

    private final long[] steps = new long[COLUMNS];
    private final long[] kept = new long[COLUMNS];

    TileMask() {
        for (int column = 0; column < COLUMNS; column++) {
            steps[column] = (column + 1) * MaskKey.GAMMA;
        }
    }

    /**
     * Writes the places that are kept, in no particular order.
     *
     * @param key of the tensor's mask
     * @param threshold what {@link MaskKey#threshold} makes of the density
     * @return how many they are
     */
    int draw(long key, TensorPart tile, long threshold, int[] places) {
        int rows = (tile.length() + COLUMNS - 1) / COLUMNS;
        Arrays.fill(kept, 0L);
        for (int row = 0; row < rows; row++) {
            collect(kept, steps, key + (tile.element() + (long) row * COLUMNS) * MaskKey.GAMMA, threshold);
        }
        int count = 0;
        for (int column = 0; column < COLUMNS; column++) {
            for (long bits = kept[column]; bits != 0; bits &= bits - 1) {
                int place = (rows - 1 - Long.numberOfTrailingZeros(bits)) * COLUMNS + column;
                if (place < tile.length()) {
                    places[count++] = place;
                }
            }
        }
        return count;
    }

    /** The sign of the difference is the comparison. */
    private static void collect(long[] kept, long[] steps, long start, long threshold) {
        for (int i = 0; i < COLUMNS; i++) {
            kept[i] = kept[i] << 1 | ((MaskKey.mix(start + steps[i]) >>> 11) - threshold) >>> 63;
        }
    }
}

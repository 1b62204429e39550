package io.trimtab.merge.sparsify;

import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.vector.VectorLoops;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Looks through the magnitudes of tiles: how many lie above a band, and which lie in it. The floats are seen as integers by way of a buffer, in rows of
 * {@value #COLUMNS}, and compared without branches, so that C2 makes vector instructions of it; only what lies in the band is looked at
 * one by one. Not thread safe.
 */
final class BandScan {

    private static final int COLUMNS = 256;
    private static final int MAGNITUDE = 0x7fffffff;

    private final FloatBuffer floats;
    private final IntBuffer integers;
    private final int[] row = new int[COLUMNS];
    private final int[] inside = new int[COLUMNS];

    /** By column, how many were below the band's upper end, as negative numbers. */
    private final int[] below = new int[COLUMNS];

    private final @Nullable VectorLoops loops;
    private final Candidates found = new Candidates();
    private final int[] places = new int[TensorPart.TILE + 1];
    private int above;

    BandScan(@Nullable VectorLoops loops) {
        this.loops = loops;
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(TensorPart.TILE * Float.BYTES).order(ByteOrder.nativeOrder());
        this.floats = buffer.asFloatBuffer();
        this.integers = buffer.asIntBuffer();
    }

    /**
     * Looks through a tile for a band that begins above 0.
     *
     * @param low smallest magnitude bits of the band
     * @param high those just above it
     */
    void scan(float[] values, TensorPart tile, int low, int high) {
        if (loops != null) {
            found.clear(0);
            int count = loops.scan(values, tile.from(), tile.to(), low, high, places);
            for (int i = 0; i < count; i++) {
                found.add(BorderSearch.bits(values[places[i]]));
            }
            above = loops.above();
            return;
        }
        int length = tile.length();
        int rows = (length + COLUMNS - 1) / COLUMNS;
        floats.put(0, values, tile.from(), length);
        Arrays.fill(inside, 0);
        Arrays.fill(below, 0);
        for (int start = 0; start < length; start += COLUMNS) {
            int filled = Math.min(COLUMNS, length - start);
            integers.get(start, row, 0, filled);
            Arrays.fill(row, filled, COLUMNS, 0); // below any band
            compare(row, inside, low, high);
            count(row, below, high);
        }
        found.clear(0);
        take(rows, values, tile.from());
        above = rows * COLUMNS;
        for (int column = 0; column < COLUMNS; column++) {
            above += below[column];
        }
    }

    /** Magnitudes inside the band, of the tile scanned last. */
    Candidates found() {
        return found;
    }

    /** How many of its values lie above the band. */
    int above() {
        return above;
    }

    /** The signs of the two distances differ inside the band. */
    private static void compare(int[] row, int[] inside, int low, int high) {
        for (int i = 0; i < COLUMNS; i++) {
            int magnitude = row[i] & MAGNITUDE;
            inside[i] = inside[i] << 1 | ((magnitude - low) ^ (magnitude - high)) >>> 31;
        }
    }

    private static void count(int[] row, int[] below, int high) {
        for (int i = 0; i < COLUMNS; i++) {
            below[i] += ((row[i] & MAGNITUDE) - high) >> 31;
        }
    }

    private void take(int rows, float[] values, int from) {
        for (int column = 0; column < COLUMNS; column++) {
            for (int bits = inside[column]; bits != 0; bits &= bits - 1) {
                int place = (rows - 1 - Integer.numberOfTrailingZeros(bits)) * COLUMNS + column;
                found.add(BorderSearch.bits(values[from + place]));
            }
        }
    }
}

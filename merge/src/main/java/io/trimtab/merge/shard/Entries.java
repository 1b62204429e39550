package io.trimtab.merge.shard;

/** A buffer for some of the entries of a tile: which ones, counted from its start, and their values. Its arrays are handed out for loops. */
public final class Entries {

    private final int[] places = new int[TensorPart.TILE];
    private final float[] values = new float[TensorPart.TILE];
    private int count;

    public int[] places() {
        return places;
    }

    public float[] values() {
        return values;
    }

    public int count() {
        return count;
    }

    /** Says how many entries now stand in the arrays. */
    public void fill(int entries) {
        this.count = entries;
    }

    /** Takes the values from an array in which the tile begins at an index. */
    public void gather(float[] source, int from) {
        for (int i = 0; i < count; i++) {
            values[i] = source[from + places[i]];
        }
    }

    public void scale(float factor) {
        for (int i = 0; i < count; i++) {
            values[i] *= factor;
        }
    }
}

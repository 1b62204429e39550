package io.trimtab.merge.shard;

/** Up to {@link TensorPart#TILE} values of a {@link PackedShard}, stored exactly: all of them or those that are not 0, as floats or as their upper halves. */
sealed interface Page permits DensePage, SparsePage {

    /**
     * Appends nothing: fills the buffer with the values at {@code from … to - 1} of the page; those that are 0 may be left out.
     *
     * @param entries places in it count from {@code from}, ascending
     */
    void read(int from, int to, Entries entries);

    /** The same as a dense array, from its index 0 on. */
    void read(int from, int to, float[] target);

    /** What the values take, without the objects around them. */
    int bytes();

    static Page of(float[] values, int from, int to) {
        int kept = 0;
        int low = 0;
        for (int i = from; i < to; i++) {
            kept += values[i] == 0.0f ? 0 : 1;
            low |= Float.floatToRawIntBits(values[i]);
        }
        int width = Halves.fit(low) ? Short.BYTES : Float.BYTES;
        return kept * (Character.BYTES + width) < (to - from) * width
                ? SparsePage.of(values, from, to, kept, width)
                : DensePage.of(values, from, to, width);
    }
}

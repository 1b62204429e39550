package io.trimtab.merge.shard;

import java.util.Arrays;

/**
 * Every value of a page.
 *
 * @param floats the values, or none
 * @param halves their upper halves where the lower ones are 0, or none
 */
record DensePage(float[] floats, short[] halves) implements Page {

    static DensePage of(float[] values, int from, int to, int width) {
        if (width == Float.BYTES) {
            return new DensePage(Arrays.copyOfRange(values, from, to), new short[0]);
        }
        short[] halves = new short[to - from];
        for (int i = 0; i < halves.length; i++) {
            halves[i] = Halves.half(values[from + i]);
        }
        return new DensePage(new float[0], halves);
    }

    @Override
    public void read(int from, int to, float[] target) {
        if (floats.length > 0) {
            System.arraycopy(floats, from, target, 0, to - from);
            return;
        }
        for (int i = from; i < to; i++) {
            target[i - from] = Halves.whole(halves[i]);
        }
    }

    @Override
    public void read(int from, int to, Entries entries) {
        read(from, to, entries.values());
        for (int i = 0; i < to - from; i++) {
            entries.places()[i] = i;
        }
        entries.fill(to - from);
    }

    @Override
    public int bytes() {
        return floats.length * Float.BYTES + halves.length * Short.BYTES;
    }
}

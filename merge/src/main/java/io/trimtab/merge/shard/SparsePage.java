package io.trimtab.merge.shard;

import java.util.Arrays;

/**
 * The values of a page that are not 0.
 *
 * @param places in the page, ascending
 * @param floats the values at these places, or none
 * @param halves their upper halves where the lower ones are 0, or none
 */
record SparsePage(char[] places, float[] floats, short[] halves) implements Page {

    private static final SparsePage EMPTY = new SparsePage(new char[0], new float[0], new short[0]);

    static SparsePage of(float[] values, int from, int to, int kept, int width) {
        if (kept == 0) {
            return EMPTY;
        }
        char[] places = new char[kept];
        float[] floats = new float[width == Float.BYTES ? kept : 0];
        short[] halves = new short[kept - floats.length];
        int at = 0;
        for (int i = from; i < to; i++) {
            if (values[i] != 0.0f) {
                places[at] = (char) (i - from);
                if (floats.length > 0) {
                    floats[at] = values[i];
                } else {
                    halves[at] = Halves.half(values[i]);
                }
                at++;
            }
        }
        return new SparsePage(places, floats, halves);
    }

    @Override
    public void read(int from, int to, Entries entries) {
        int first = lowest(from);
        int count = lowest(to) - first;
        int[] target = entries.places();
        for (int i = 0; i < count; i++) {
            target[i] = places[first + i] - from;
        }
        if (floats.length > 0) {
            System.arraycopy(floats, first, entries.values(), 0, count);
        } else {
            for (int i = 0; i < count; i++) {
                entries.values()[i] = Halves.whole(halves[first + i]);
            }
        }
        entries.fill(count);
    }

    @Override
    public void read(int from, int to, float[] target) {
        Arrays.fill(target, 0, to - from, 0.0f);
        for (int i = lowest(from); i < places.length && places[i] < to; i++) {
            target[places[i] - from] = floats.length > 0 ? floats[i] : Halves.whole(halves[i]);
        }
    }

    /** Index of the first entry at this place of the page or behind it. */
    private int lowest(int place) {
        if (place == 0 || place >= TensorPart.TILE) {
            return place == 0 ? 0 : places.length;
        }
        int found = Arrays.binarySearch(places, (char) place);
        return found < 0 ? -found - 1 : found;
    }

    @Override
    public int bytes() {
        return places.length * Character.BYTES + floats.length * Float.BYTES + halves.length * Short.BYTES;
    }
}

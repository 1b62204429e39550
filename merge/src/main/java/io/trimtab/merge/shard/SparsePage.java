package io.trimtab.merge.shard;

import java.util.Arrays;

/**
 * The values of a page that are not 0.
 *
 * @param places in the page, ascending, or none
 * @param floats the values at these places, or none
 * @param halves where the lower halves of all values are 0: place and upper half of each, in one number, since one stream of memory is read faster than two; or none
 */
record SparsePage(char[] places, float[] floats, int[] halves) implements Page {

    private static final SparsePage EMPTY = new SparsePage(new char[0], new float[0], new int[0]);

    static SparsePage of(float[] values, int from, int to, int kept, int width) {
        if (kept == 0) {
            return EMPTY;
        }
        char[] places = new char[width == Float.BYTES ? kept : 0];
        float[] floats = new float[places.length];
        int[] halves = new int[kept - floats.length];
        int at = 0;
        for (int i = from; i < to; i++) {
            if (values[i] != 0.0f) {
                if (floats.length > 0) {
                    places[at] = (char) (i - from);
                    floats[at] = values[i];
                } else {
                    halves[at] = (i - from) << Short.SIZE | Short.toUnsignedInt(Halves.half(values[i]));
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
        float[] values = entries.values();
        for (int i = 0; i < count; i++) {
            target[i] = place(first + i) - from;
        }
        if (floats.length > 0) {
            System.arraycopy(floats, first, values, 0, count);
        } else {
            for (int i = 0; i < count; i++) {
                values[i] = Halves.whole((short) halves[first + i]);
            }
        }
        entries.fill(count);
    }

    @Override
    public void read(int from, int to, float[] target) {
        Arrays.fill(target, 0, to - from, 0.0f);
        int end = lowest(to);
        if (floats.length > 0) {
            for (int i = lowest(from); i < end; i++) {
                target[places[i] - from] = floats[i];
            }
        } else {
            for (int i = lowest(from); i < end; i++) {
                target[(halves[i] >>> Short.SIZE) - from] = Halves.whole((short) halves[i]);
            }
        }
    }

    private int count() {
        return places.length + halves.length;
    }

    private int place(int entry) {
        return places.length > 0 ? places[entry] : halves[entry] >>> Short.SIZE;
    }

    /** Index of the first entry at this place of the page or behind it. */
    private int lowest(int place) {
        if (place == 0 || place >= TensorPart.TILE) {
            return place == 0 ? 0 : count();
        }
        int low = 0;
        int high = count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (place(middle) < place) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public int bytes() {
        return places.length * Character.BYTES + floats.length * Float.BYTES + halves.length * Integer.BYTES;
    }
}

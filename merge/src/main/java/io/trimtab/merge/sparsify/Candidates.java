package io.trimtab.merge.sparsify;

/** Magnitude bits of the few entries among which a border lies, out of a tensor of any size. One array for one tensor after the other; not thread safe. */
final class Candidates {

    /** 4 MiB: a share of a tensor larger than that is counted where it lies. */
    static final int MOST = 1 << 20;

    private int[] bits = {};
    private int count;

    void clear(int expected) {
        if (bits.length <= expected) {
            bits = new int[Math.max(expected + 1, Math.min(MOST + 1, 2 * expected))];
        }
        count = 0;
    }

    int[] bits() {
        return bits;
    }

    int count() {
        return count;
    }

    /** Takes the entries whose bits above the shift are these. No branch: every entry is stored, and overwritten unless it is one. */
    void collect(float[] values, int from, int to, int shift, int upper) {
        int[] taken = bits;
        int at = count;
        for (int i = from; i < to; i++) {
            int magnitude = BorderSearch.bits(values[i]);
            taken[at] = magnitude;
            at += ((magnitude >>> shift ^ upper) - 1) >>> 31;
        }
        count = at;
    }
}

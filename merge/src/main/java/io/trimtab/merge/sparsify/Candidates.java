package io.trimtab.merge.sparsify;

import java.util.Arrays;

/** Magnitude bits of the few entries among which a border lies, out of a tensor of any size. One array for one tensor after the other; not thread safe. */
final class Candidates {

    /** 4 MiB: a share of a tensor larger than that is counted where it lies. */
    static final int MOST = 1 << 20;

    private static final int BIN_BITS = 8;

    private int[] bits = {};
    private int count;

    void clear(int expected) {
        if (bits.length <= expected) {
            bits = new int[Math.max(expected + 1, Math.min(MOST + 1, 2 * expected))];
        }
        count = 0;
    }

    void add(int magnitude) {
        if (count == bits.length) {
            bits = Arrays.copyOf(bits, Math.max(1 << 10, 2 * count));
        }
        bits[count++] = magnitude;
    }

    void add(Candidates others) {
        if (bits.length < count + others.count) {
            bits = Arrays.copyOf(bits, Math.max(count + others.count, 2 * count));
        }
        System.arraycopy(others.bits, 0, bits, count, others.count);
        count += others.count;
    }

    int[] bits() {
        return bits;
    }

    int count() {
        return count;
    }

    long countOf(int magnitude) {
        long found = 0;
        for (int i = 0; i < count; i++) {
            found += bits[i] == magnitude ? 1 : 0;
        }
        return found;
    }

    /**
     * Finds the border of the largest among entries that lie near each other: one histogram, then those of one of its bins in order.
     *
     * @param largest how many, at least 1
     * @param low no magnitude bits below these
     * @param high all are below these
     */
    LargestMagnitudes largest(long largest, int low, int high) {
        int shift = Math.max(0, Integer.SIZE - Integer.numberOfLeadingZeros(high - low) - BIN_BITS);
        int[] histogram = new int[(1 << BIN_BITS) + 1];
        for (int i = 0; i < count; i++) {
            histogram[(bits[i] - low) >>> shift]++;
        }
        long left = largest;
        int bin = histogram.length - 1;
        while (bin > 0 && histogram[bin] < left) {
            left -= histogram[bin--];
        }
        int[] sorted = new int[histogram[bin]];
        int at = 0;
        for (int i = 0; i < count; i++) {
            if ((bits[i] - low) >>> shift == bin) {
                sorted[at++] = bits[i];
            }
        }
        Arrays.sort(sorted);
        if (left > sorted.length) {
            return new LargestMagnitudes(0, left, 0); // fewer than are asked for: all
        }
        int smallest = sorted[sorted.length - (int) left];
        long above = Arrays.stream(sorted).filter(bits -> bits > smallest).count();
        return new LargestMagnitudes(smallest, left - above, countOf(smallest) - (left - above));
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

package io.trimtab.merge.sparsify;

import java.util.Arrays;

/**
 * Finds the border between the k entries of largest magnitude and the rest by radix select on the 31 magnitude bits of the floats: three
 * histograms, of the upper 11, the middle 10 and the lower 10 bits, each among the entries that agree with the bits found so far. The entries
 * may come in any pieces, as long as all of them are counted before each {@code descend}. Not thread safe.
 */
final class BorderSearch {

    /** How often all entries must be counted. */
    static final int LEVELS = 3;

    private static final int MAGNITUDE = 0x7fffffff;
    private static final int[] SHIFTS = {20, 10, 0};
    private static final int[] WIDTHS = {11, 10, 10};

    private final long[] counts = new long[1 << WIDTHS[0]];

    private final long[] countsOfOdd = new long[1 << WIDTHS[0]];

    /** How many entries agree with the bits found last. */
    private long agreeing;

    /** Upper bits of the border, as far as they are known. */
    private int prefix;

    /** How many entries are still to be taken among those that agree with the prefix. */
    private long left;

    BorderSearch(long count) {
        this.left = count;
    }

    /** Magnitudes of finite floats are ordered as these bits are. */
    static int bits(float value) {
        return Float.floatToRawIntBits(value) & MAGNITUDE;
    }

    static int bins(int level) {
        return 1 << WIDTHS[level];
    }

    /** The bits above the bin's are those found so far: with the first histogram there are none, on either side. */
    void count(int level, float[] values, int from, int to) {
        if (level == 0) {
            countAll(values, from, to);
            return;
        }
        int shift = SHIFTS[level];
        int width = WIDTHS[level];
        int mask = (1 << width) - 1;
        for (int i = from; i < to; i++) {
            int upper = bits(values[i]) >>> shift;
            if (upper >>> width == prefix) {
                counts[upper & mask]++;
            }
        }
    }

    /** Neighbours are often alike; two histograms spare them to wait for each other. */
    private void countAll(float[] values, int from, int to) {
        int shift = SHIFTS[0];
        int i = from;
        for (; i + 1 < to; i += 2) {
            counts[bits(values[i]) >>> shift]++;
            countsOfOdd[bits(values[i + 1]) >>> shift]++;
        }
        if (i < to) {
            counts[bits(values[i]) >>> shift]++;
        }
    }

    /** Where the entries that agree with the bits found so far are few: takes them out. */
    void collect(float[] values, int from, int to, Candidates candidates) {
        candidates.collect(values, from, to, SHIFTS[0], prefix);
    }

    /** Finds the border's bits from a level on among all entries that can be it. */
    void descend(int first, Candidates candidates) {
        for (int level = first; level < LEVELS; level++) {
            count(level, candidates);
            descend(level);
        }
    }

    /** As among the entries of an array. */
    void count(int level, Candidates candidates) {
        int shift = SHIFTS[level];
        int width = WIDTHS[level];
        int mask = (1 << width) - 1;
        for (int i = 0; i < candidates.count(); i++) {
            int upper = candidates.bits()[i] >>> shift;
            if (upper >>> width == prefix) {
                counts[upper & mask]++;
            }
        }
    }

    /** Adds what was counted since the last descent to doubles, which hold whole numbers below 2^53 exactly. */
    void addCountsTo(int level, double[] histograms, int at) {
        for (int bin = 0; bin < bins(level); bin++) {
            histograms[at + bin] += counts[bin] + countsOfOdd[bin];
        }
    }

    /** The next bits of the border, from a histogram of all entries. */
    void descend(int level, double[] histograms, int at) {
        int bin = bins(level) - 1;
        while (bin > 0 && histograms[at + bin] < left) {
            left -= (long) histograms[at + bin];
            bin--;
        }
        prefix = prefix << WIDTHS[level] | bin;
        agreeing = (long) histograms[at + bin];
        Arrays.fill(counts, 0);
        Arrays.fill(countsOfOdd, 0);
    }

    /** As above, where everything was counted here. */
    void descend(int level) {
        double[] histogram = new double[bins(level)];
        addCountsTo(level, histogram, 0);
        descend(level, histogram, 0);
    }

    /** How many entries agree with the bits found so far; after the last descent: have exactly the border's magnitude. */
    long agreeing() {
        return agreeing;
    }

    /** After the last descent: magnitude bits of the smallest of the largest. */
    int smallest() {
        return prefix;
    }

    /** After the last descent: how many entries of exactly that magnitude belong to the largest, those that come first. */
    long ties() {
        return left;
    }
}

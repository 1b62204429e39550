package io.trimtab.merge.sparsify;

import io.trimtab.merge.shard.TensorPart;

/**
 * Where the border of a tensor's largest entries is expected: near the one of the step before, or a little further the way it has been going: a learning rate that rises or
 * falls moves it in every step. While a step is made, a narrow band around that is searched; if the border
 * turns out to lie in it, it is found among the few entries there, else among all. Which way is taken changes nothing but the time. Used by one thread;
 * {@link #watch} by any.
 */
final class Forecast {

    /** Width of the band to either side, as a share: at least, at most. */
    private static final float NARROWEST = 1.0f / 1024;

    private static final float WIDEST = 1.0f / 8;

    /** Share of the last change in the trend. */
    private static final float SMOOTHING = 0.5f;

    private final Candidates candidates = new Candidates();

    /** Entries of a tensor on this rank. */
    private final long length;

    private boolean exists;
    private float border;

    /** Where the next border is expected. */
    private float expected;

    /** Change of the border in a step, as a share, smoothed. */
    private float trend;

    private float width = WIDEST;
    private int low;
    private int high;
    private long seen;
    private long above;

    Forecast(long length) {
        this.length = length;
    }

    /** Looks at a tile of a step, each once, by any thread. Ends where there are so many candidates that searching them is not worth it. */
    void watch(BandScan scan, float[] values, TensorPart tile) {
        if (isOpen()) {
            scan.scan(values, tile, low, high);
            take(scan, tile.length());
        }
    }

    private synchronized boolean isOpen() {
        return exists && candidates.count() <= 1024 + length / 8;
    }

    private synchronized void take(BandScan scan, int looked) {
        seen += looked;
        above += scan.above();
        candidates.add(scan.found());
    }

    /** Whether there is one, and all of a tensor, or of what this rank holds of it, was looked at. */
    boolean covers() {
        return exists && seen == length;
    }

    /**
     * Whether the border is where it was expected.
     *
     * @param count how many entries are the largest
     * @param above how many of all ranks lie above the band
     * @param inside how many of all ranks lie in it
     */
    boolean holds(long count, long above, long inside) {
        return above < count && (isZero() || count <= above + inside);
    }

    /** A tensor with fewer entries that are not 0 than are to be kept: its band is empty, all others lie above. */
    private boolean isZero() {
        return border == 0.0f;
    }

    /** How many entries lie above the band. */
    long above() {
        return above;
    }

    Candidates candidates() {
        return candidates;
    }

    /** Where the border {@link #holds}, of entries that are all on this rank: which it is. */
    LargestMagnitudes largest(long count) {
        return candidates.largest(count - above, low, high);
    }

    /** Makes the next band from the border that was found. */
    void learn(int smallest) {
        float found = Float.intBitsToFloat(smallest);
        float missed = expected > 0.0f ? Math.abs(found - expected) / expected : WIDEST;
        width = Math.max(NARROWEST, Math.min(WIDEST, Math.max(2.0f * missed, 0.75f * width)));
        float change = border > 0.0f ? found / border - 1.0f : 0.0f;
        trend += SMOOTHING * (Math.max(-WIDEST, Math.min(WIDEST, change)) - trend);
        exists = true;
        border = found;
        expected = found * (1.0f + trend);
        low = Math.max(1, Float.floatToRawIntBits(expected * (1.0f - width)));
        high = isZero() ? 1 : Float.floatToRawIntBits(expected * (1.0f + width)) + 1;
        seen = 0;
        above = 0;
        candidates.clear(0);
    }
}

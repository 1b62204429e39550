package io.trimtab.merge.sparsify;

/**
 * Keeps, of one tensor in pieces, the {@code kept} largest magnitudes below the {@code dropped} very largest. With none dropped it is the trimming of
 * TIES (arXiv 2306.01708), the same as {@link KeepLargest}; with some it is Model Breadcrumbs (arXiv 2312.06795). Of equal magnitudes the lowest
 * index counts as the larger one. At density 1 nothing is trimmed.
 */
public final class MagnitudeBand implements TensorSparsifier {

    private final BorderSearch dropped;
    private final BorderSearch reached;
    private final boolean dropsLargest;
    private boolean found;
    private long droppedTies;
    private long reachedTies;

    private MagnitudeBand(long dropped, long kept) {
        this.dropped = new BorderSearch(dropped);
        this.reached = new BorderSearch(dropped + kept);
        this.dropsLargest = dropped > 0;
    }

    /** TIES: max(1, floor(density n)) entries; none of an empty tensor, or at density 0. */
    public static TensorSparsifier largest(double density, long entries, Rescale rescale) {
        long kept = density > 0 && entries > 0 ? Math.max(1, (long) (density * entries)) : 0;
        return of(density, 0, kept, rescale);
    }

    /**
     * Breadcrumbs: floor(density n) entries below the floor(gamma n) largest. Where density and gamma ask for more than there is, fewer of
     * the largest are dropped.
     */
    public static TensorSparsifier belowOutliers(double density, double gamma, long entries, Rescale rescale) {
        long kept = (long) (density * entries);
        long below = Math.max(0, entries - kept - (long) (gamma * entries));
        return of(density, entries - kept - below, kept, rescale);
    }

    private static TensorSparsifier of(double density, long dropped, long kept, Rescale rescale) {
        if (density >= 1.0) {
            return TensorSparsifier.keepAll();
        }
        TensorSparsifier band = new MagnitudeBand(dropped, kept);
        return rescale == Rescale.L1 ? new RescaledToL1(band) : band;
    }

    @Override
    public int passes() {
        return BorderSearch.LEVELS;
    }

    @Override
    public void measure(int pass, float[] values, int length, long offset) {
        if (offset == 0 && pass > 0) {
            descend(pass - 1);
        }
        reached.count(pass, values, 0, length);
        if (dropsLargest) {
            dropped.count(pass, values, 0, length);
        }
    }

    private void descend(int level) {
        reached.descend(level);
        if (dropsLargest) {
            dropped.descend(level);
        }
    }

    @Override
    public void apply(float[] values, int length, long offset) {
        if (offset == 0) {
            begin();
        }
        if (dropsLargest) {
            keepBand(values, length);
        } else {
            reachedTies = KeepLargest.keep(values, 0, length, reached.smallest(), reachedTies);
        }
    }

    private void begin() {
        if (!found) {
            descend(BorderSearch.LEVELS - 1);
            found = true;
        }
        reachedTies = reached.ties();
        droppedTies = dropped.ties();
    }

    /** Both borders at once: they may lie at the same magnitude, and an entry that is dropped still counts among those reached. */
    private void keepBand(float[] values, int length) {
        int upper = dropped.smallest();
        int lower = reached.smallest();
        for (int i = 0; i < length; i++) {
            int magnitude = BorderSearch.bits(values[i]);
            boolean isReached = magnitude > lower || (magnitude == lower && reachedTies-- > 0);
            boolean isDropped = magnitude > upper || (magnitude == upper && droppedTies-- > 0);
            if (!isReached || isDropped) {
                values[i] = 0.0f;
            }
        }
    }
}

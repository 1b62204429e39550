package io.trimtab.data;

import java.util.List;

/** Gives KTO rows the mismatched completion that z0 needs. */
public final class MismatchPairing {
    private MismatchPairing() {}

    /** How many buckets a table of that many kept rows is divided into. */
    public static int buckets(long rows) {
        throw new UnsupportedOperationException("Not written yet");
    }

    public static int bucket(long seed, String id, int buckets) {
        throw new UnsupportedOperationException("Not written yet");
    }

    public static List<RowOutcome.Kept> pair(List<Example> oneBucket, long seed, int maxLength) {
        throw new UnsupportedOperationException("Not written yet");
    }
}

package io.trimtab.data.rows;

/** Which pairs a row of scored completions gives: {@code data.pairs}. */
public enum PairPolicy {
    /** One: the best against the worst; of equals the first. */
    BEST_WORST,
    /** Every two of unequal score. */
    ALL
}

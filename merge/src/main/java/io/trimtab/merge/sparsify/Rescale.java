package io.trimtab.merge.sparsify;

/** What becomes of the entries that a sparsifier keeps. */
public enum Rescale {
    /** They stay as they are. */
    NONE,

    /** Each is divided by the probability with which it was kept, so that the expected value of an entry stays: DARE as published (arXiv 2311.03099). */
    INVERSE_DENSITY,

    /** All are multiplied by one factor, so that the sum of magnitudes of the tensor stays: mergekit's since version 0.1. */
    L1
}

package io.trimtab.data.plan;

/** In which order an epoch visits the rows. */
public enum BatchOrder {
    SHUFFLED,
    /** Kept rows as they lie in the table, the same for any number of ranks. */
    AS_GIVEN,
    /** Rows of like length meet in a batch; batches in random order. */
    LENGTH_GROUPED
}

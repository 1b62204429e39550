package io.trimtab.merge.offline;

/** Where the results of one tensor go. */
@FunctionalInterface
interface Results {

    /** Writes the first {@code length} values as entries from {@code offset} on of a result, counted from 0. */
    void write(int result, long offset, float[] values, int length);
}

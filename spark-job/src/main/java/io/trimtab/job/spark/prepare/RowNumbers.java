package io.trimtab.job.spark.prepare;

import java.io.Serializable;

/**
 * The numbers of a prepared table's rows, from 0 without gaps in the order of the user's table: a task that writes rows knows how many it has
 * written and not how many lie before them.
 *
 * @param first number of each part's first row
 */
record RowNumbers(long[] first) implements Serializable {
    /** What a task writes. */
    static long partAndRow(int part, long row) {
        return (long) part << 32 | row;
    }

    long number(long partAndRow) {
        return first[(int) (partAndRow >>> 32)] + (partAndRow & 0xFFFF_FFFFL);
    }
}

package io.trimtab.job.spark;

import java.io.Serializable;
import java.util.Comparator;

/**
 * Where a row lies in its table: file by file in name order, then by position. The order of {@code data.order = as-given}, the same
 * for any partitioning.
 *
 * @param file path relative to the table's
 * @param position line number from 1 for JSON Lines and CSV (where a row begins), row number from 1 for Parquet
 */
record Place(String file, long position) implements Comparable<Place>, Serializable {
    private static final Comparator<Place> ORDER =
            Comparator.comparing(Place::file).thenComparingLong(Place::position);

    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return file + ":" + position;
    }
}

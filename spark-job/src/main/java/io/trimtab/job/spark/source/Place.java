package io.trimtab.job.spark.source;

import java.io.Serializable;
import java.util.Comparator;

/**
 * Where a row lies in its table: file by file in name order, then by position. The order of {@code data.order = as-given}, the same
 * for any partitioning.
 *
 * @param file path relative to the table's
 * @param position line number from 1 for JSON Lines and CSV (where a row begins), row number from 1 for Parquet, the
 *     row's hash where Spark SQL gives it
 * @param part number from 0 among the examples of the row
 */
public record Place(String file, long position, int part) implements Comparable<Place>, Serializable {
    private static final Comparator<Place> ORDER =
            Comparator.comparing(Place::file).thenComparingLong(Place::position).thenComparingInt(Place::part);

    /** The place of a row, and of its first example. */
    public Place(String file, long position) {
        this(file, position, 0);
    }

    public Place part(int number) {
        return new Place(file, position, number);
    }

    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return file + ":" + position;
    }
}

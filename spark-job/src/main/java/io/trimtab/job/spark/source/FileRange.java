package io.trimtab.job.spark.source;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of a file that one task reads. A line belongs to the stretch in which its first byte lies.
 *
 * @param path as Hadoop opens it
 * @param name of the file in row ids
 * @param start first byte
 * @param end behind the last byte; the file's last range has {@link #TO_THE_END}, as has a compressed file, which is read as a whole
 * @param linesBefore how many lines end before {@code start}
 */
record FileRange(String path, String name, long start, long end, long linesBefore) implements Serializable {
    static final long TO_THE_END = Long.MAX_VALUE;

    FileRange withLinesBefore(long lines) {
        return new FileRange(path, name, start, end, lines);
    }

    boolean isWholeFile() {
        return start == 0 && end == TO_THE_END;
    }

    /** A whole file. */
    static FileRange whole(String path, String name) {
        return new FileRange(path, name, 0, TO_THE_END, 0);
    }

    /** A file in ranges of equal size, none larger than asked. */
    static List<FileRange> cut(String path, String name, long bytes, long largest) {
        long parts = Math.max(1, (bytes + largest - 1) / largest);
        List<FileRange> ranges = new ArrayList<>();
        for (long part = 0; part < parts; part++) {
            long end = part == parts - 1 ? TO_THE_END : bytes / parts * (part + 1);
            ranges.add(new FileRange(path, name, bytes / parts * part, end, 0));
        }
        return ranges;
    }
}

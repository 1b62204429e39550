package io.trimtab.merge.allreduce;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What one collective operation sends around the ring: one chunk per rank, each cut into segments of at most {@link Wire#SEGMENT_BYTES}. */
interface Cargo {

    Cut cut();

    /** Where chunks are cut into segments. */
    interface Cut {

        /** Of the longest chunk. */
        int segments();

        /** Length of a segment; 0 where the chunk has ended before it. */
        int bytes(int chunk, int segment);
    }

    /** Puts this rank's own values into the buffer, for the segment's first hop. */
    void load(int chunk, int segment, ByteBuffer out);

    /**
     * Takes a segment from the previous rank.
     *
     * @param onward where to put what the next rank is to get; null on the last hop
     */
    void arrive(int chunk, int segment, ByteBuffer in, @Nullable ByteBuffer onward);
}

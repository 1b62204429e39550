package io.trimtab.merge.allreduce;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The ring's protocol. Forward, from each rank to the next, run frames: {@code int kind, int operation, int bytes, int slot} and the
 * bytes, unless they lie in a slot of shared memory. Backward, on the same
 * connection, run notes: {@code int kind, int value}. Everything is little-endian.
 */
final class Wire {

    static final int SEGMENT_BYTES = 1 << 18;
    static final int HEADER_BYTES = 16;
    static final int NOTE_BYTES = 8;

    /** Number of a frame's slot where its body follows the header. */
    static final int IN_STREAM = -1;

    /** Frames of the three operations. */
    static final int SUM = 1;

    static final int REDUCE_SCATTER = 2;
    static final int ALL_GATHER = 3;

    /** Frame and note of a rank that lives but has nothing to say. */
    static final int ALIVE = 4;

    /** Frame and note of a rank that gives up; the operation, or the value, is the rank that was lost. */
    static final int LOST = 5;

    /** Note: everything of the operation has arrived. */
    static final int DONE = 6;

    private Wire() {}

    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static ByteBuffer note(int kind, int value) {
        return buffer(NOTE_BYTES).putInt(kind).putInt(value).flip();
    }
}

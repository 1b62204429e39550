package io.trimtab.merge.allreduce;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The ring's protocol. Forward, from each rank to the next, run frames: {@code int kind, int operation, int bytes} and the bytes. Backward, on the same
 * connection, run notes: {@code int kind, int value}. Everything is little-endian.
 */
final class Wire {

    static final int SEGMENT_BYTES = 1 << 20;
    static final int HEADER_BYTES = 12;
    static final int NOTE_BYTES = 8;

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

    static ByteBuffer emptyFrame(int kind, int operation) {
        return buffer(HEADER_BYTES).putInt(kind).putInt(operation).putInt(0).flip();
    }

    static ByteBuffer note(int kind, int value) {
        return buffer(NOTE_BYTES).putInt(kind).putInt(value).flip();
    }
}

package io.trimtab.merge.allreduce;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** One frame on its way to the next rank. Its body follows the header, or lies in a slot of shared memory that the header names. */
final class Frame {

    private final ByteBuffer header = Wire.buffer(Wire.HEADER_BYTES);
    private final ByteBuffer body;
    private final int slot;

    private Frame(ByteBuffer body, int slot) {
        this.body = body;
        this.slot = slot;
    }

    static Frame travelling() {
        return new Frame(Wire.buffer(Wire.SEGMENT_BYTES), Wire.IN_STREAM);
    }

    static Frame inSlot(SharedSlots slots, int slot) {
        return new Frame(slots.slot(slot), slot);
    }

    /** Without a body. */
    static Frame empty(int kind, int value) {
        return new Frame(ByteBuffer.allocate(0), Wire.IN_STREAM).begin(kind, value, 0);
    }

    Frame begin(int kind, int operation, int bytes) {
        header.clear().putInt(kind).putInt(operation).putInt(bytes).putInt(slot).flip();
        body.clear().limit(bytes);
        return this;
    }

    /** To be filled from its position to its limit. */
    ByteBuffer body() {
        return body;
    }

    Frame filled() {
        body.flip();
        return this;
    }

    int slot() {
        return slot;
    }

    /** Whether any byte could be written. */
    boolean writeTo(SocketChannel channel) throws IOException {
        return slot == Wire.IN_STREAM ? channel.write(new ByteBuffer[] {header, body}) > 0 : channel.write(header) > 0;
    }

    boolean isWritten() {
        return !header.hasRemaining() && (slot != Wire.IN_STREAM || !body.hasRemaining());
    }
}

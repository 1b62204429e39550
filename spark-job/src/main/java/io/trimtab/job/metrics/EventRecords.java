package io.trimtab.job.metrics;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Records of a TensorBoard event file: a protobuf {@code Event} (tensorflow/core/util/event.proto) in a TFRecord frame, that is its length,
 * the length's checksum, the message and its checksum. Only the fields that scalars need, written by hand.
 */
final class EventRecords {
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;

    private static final int VALUE = 1; // of a Summary
    private static final int TAG = 1; // of a Summary.Value
    private static final int SIMPLE_VALUE = 2;
    private static final int STATUS = 1; // of a SessionLog
    private static final int START = 1;

    private static final int VARINT = 0; // wire types
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private static final int MASK_DELTA = 0xa282ead8;

    private EventRecords() {}

    /** What a file begins with; from version 2 on a reader minds {@link #start}. */
    static byte[] version(double wallTime) {
        Message event = event(wallTime, 0);
        event.bytes(FILE_VERSION, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
        return frame(event.content());
    }

    /** A reader drops what earlier files say of this step and those behind it. */
    static byte[] start(double wallTime, long step) {
        Message event = event(wallTime, step);
        event.bytes(SESSION_LOG, new Message().varint(STATUS, START).content());
        return frame(event.content());
    }

    /** @param wallTime seconds since 1970 */
    static byte[] scalars(double wallTime, long step, Map<String, Double> values) {
        Message summary = new Message();
        values.forEach((tag, value) -> summary.bytes(
                VALUE,
                new Message()
                        .bytes(TAG, tag.getBytes(StandardCharsets.UTF_8))
                        .fixed(SIMPLE_VALUE, value.floatValue())
                        .content()));
        return frame(event(wallTime, step).bytes(SUMMARY, summary.content()).content());
    }

    private static Message event(double wallTime, long step) {
        return new Message().fixed(WALL_TIME, wallTime).varint(STEP, step);
    }

    private static byte[] frame(byte[] message) {
        byte[] frame = new byte[Long.BYTES + Integer.BYTES + message.length + Integer.BYTES];
        ByteBuffer out = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(message.length);
        out.putInt(maskedChecksum(frame, Long.BYTES));
        out.put(message);
        out.putInt(maskedChecksum(message, message.length));
        return frame;
    }

    /** Of the first bytes. Masked, because a checksum of data that hold their own checksum is weak. */
    static int maskedChecksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
    }

    /** A protobuf message as it grows. */
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message varint(int field, long value) {
            key(field, VARINT);
            number(value);
            return this;
        }

        Message fixed(int field, double value) {
            key(field, FIXED64);
            lowestFirst(Double.doubleToRawLongBits(value), Double.BYTES);
            return this;
        }

        Message fixed(int field, float value) {
            key(field, FIXED32);
            lowestFirst(Float.floatToRawIntBits(value), Float.BYTES);
            return this;
        }

        Message bytes(int field, byte[] value) {
            key(field, BYTES);
            number(value.length);
            out.writeBytes(value);
            return this;
        }

        byte[] content() {
            return out.toByteArray();
        }

        private void key(int field, int wireType) {
            number((long) field << 3 | wireType);
        }

        private void lowestFirst(long bits, int bytes) {
            for (int i = 0; i < bytes; i++) {
                out.write((int) (bits >>> (Byte.SIZE * i)));
            }
        }

        /** Seven bits a byte, the lowest first; the eighth says that more follow. */
        private void number(long value) {
            long rest = value;
            while (rest >>> 7 != 0) {
                out.write((int) (rest | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }
}

package io.trimtab.job.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads an event file field by field, and checks the checksum of every length and message. */
public final class EventFileReader {
    private EventFileReader() {}

    /**
     * One record of the file.
     *
     * @param start whether it says that a session starts, which takes back this step and those behind it
     */
    public record Event(double wallTime, long step, String version, boolean start, Map<String, Double> scalars) {}

    public static List<Event> read(byte[] file) {
        List<Event> events = new ArrayList<>();
        ByteBuffer in = littleEndian(file);
        while (in.hasRemaining()) {
            byte[] header = take(in, 8);
            assertThat(in.getInt()).isEqualTo(EventRecords.maskedChecksum(header, 8));
            byte[] message = take(in, Math.toIntExact(littleEndian(header).getLong()));
            assertThat(in.getInt()).isEqualTo(EventRecords.maskedChecksum(message, message.length));
            events.add(event(littleEndian(message)));
        }
        return events;
    }

    private static Event event(ByteBuffer in) {
        double wallTime = 0;
        long step = 0;
        String version = "";
        boolean start = false;
        Map<String, Double> scalars = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            int key = (int) varint(in);
            switch (key) {
                case 1 << 3 | 1 -> wallTime = in.getDouble();
                case 2 << 3 -> step = varint(in);
                case 3 << 3 | 2 -> version = text(in);
                case 5 << 3 | 2 -> summary(part(in), scalars);
                case 7 << 3 | 2 -> start = session(part(in));
                default -> throw new AssertionError("Event has field and wire type " + key);
            }
        }
        return new Event(wallTime, step, version, start, scalars);
    }

    private static boolean session(ByteBuffer in) {
        assertThat(varint(in)).isEqualTo(1 << 3);
        return varint(in) == 1;
    }

    private static void summary(ByteBuffer in, Map<String, Double> scalars) {
        while (in.hasRemaining()) {
            assertThat(varint(in)).isEqualTo(1 << 3 | 2);
            ByteBuffer value = part(in);
            assertThat(varint(value)).isEqualTo(1 << 3 | 2);
            String tag = text(value);
            assertThat(varint(value)).isEqualTo(2 << 3 | 5);
            scalars.put(tag, (double) value.getFloat());
            assertThat(value.hasRemaining()).isFalse();
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static String text(ByteBuffer in) {
        return new String(take(in, (int) varint(in)), StandardCharsets.UTF_8);
    }

    private static ByteBuffer part(ByteBuffer in) {
        return littleEndian(take(in, (int) varint(in)));
    }

    private static byte[] take(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}

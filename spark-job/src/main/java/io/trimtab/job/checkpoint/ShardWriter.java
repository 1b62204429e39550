package io.trimtab.job.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.merge.StateSink;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Writes one rank's share of the state to one file. Not thread safe.
 *
 * <p>Layout: floats, little endian, segment after segment, then the index (JSON) and its length as 8 bytes, little endian. A segment is
 * an unbroken range of one slot; the index names its slot, offset, length, position in the file, and a CRC32C of every
 * {@value #CHUNK_FLOATS} floats, so that a reader of any range checks what it reads and nothing else. The manifest holds the CRC32C of
 * the index, and with it of everything.
 */
public final class ShardWriter implements StateSink, Closeable {
    static final int CHUNK_FLOATS = 1 << 20;

    private final Storage storage;
    private final Path file;
    private final FSDataOutputStream out;
    private final ByteBuffer chunk =
            ByteBuffer.allocate(CHUNK_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final List<Segment> segments = new ArrayList<>();
    private @Nullable Segment open;
    private boolean finished;

    private ShardWriter(Storage storage, Path file, FSDataOutputStream out) {
        this.storage = storage;
        this.file = file;
        this.out = out;
    }

    /** A segment while it is written; {@code length} grows. */
    private static final class Segment {
        final String slot;
        final long offset;
        final long position;
        final List<Long> crcs = new ArrayList<>();
        long length;

        Segment(String slot, long offset, long position) {
            this.slot = slot;
            this.offset = offset;
            this.position = position;
        }
    }

    /** Overwrites what a killed attempt may have left under the same name. */
    public static ShardWriter create(Storage storage, Path folder, int rank, int worldSize) {
        Path file = new Path(folder, name(rank, worldSize));
        try {
            return new ShardWriter(storage, file, storage.files().create(file, true));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    @Override
    public void write(String slot, long offset, float[] source, int at, int length) throws IOException {
        Segment segment = segmentFor(slot, offset);
        for (int written = 0; written < length; ) {
            int count = Math.min(length - written, chunk.remaining() / Float.BYTES);
            chunk.asFloatBuffer().put(source, at + written, count);
            chunk.position(chunk.position() + count * Float.BYTES);
            written += count;
            if (!chunk.hasRemaining()) {
                flushChunk(segment);
            }
        }
        segment.length += length;
    }

    /** Closes the file; what it returns belongs into the manifest, but only once every rank has got this far. */
    public Manifest.File finish() throws IOException {
        flushOpen();
        byte[] index = Json.bytes(index());
        put(index, index.length);
        put(
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(index.length)
                        .array(),
                Long.BYTES);
        long bytes = out.getPos();
        Storage.asIo(() -> {
            out.hsync();
            out.close();
        });
        finished = true;
        return new Manifest.File(file.getName(), bytes, crc(index, index.length));
    }

    /** Gives up an unfinished file, so that a full disk has room for the news of it; harmless after {@link #finish}. */
    @Override
    public void close() throws IOException {
        try {
            Storage.asIo(out::close);
        } finally {
            if (!finished) {
                storage.delete(file);
            }
        }
    }

    static String name(int rank, int worldSize) {
        return "rank-" + rank + "-of-" + worldSize + ".bin";
    }

    static long crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }

    private Segment segmentFor(String slot, long offset) throws IOException {
        Segment current = open;
        if (current != null && current.slot.equals(slot) && current.offset + current.length == offset) {
            return current;
        }
        flushOpen();
        Segment next = new Segment(slot, offset, out.getPos());
        segments.add(next);
        open = next;
        return next;
    }

    private void flushOpen() throws IOException {
        if (open != null && chunk.position() > 0) {
            flushChunk(open);
        }
    }

    private void flushChunk(Segment segment) throws IOException {
        segment.crcs.add(crc(chunk.array(), chunk.position()));
        put(chunk.array(), chunk.position());
        chunk.clear();
    }

    private void put(byte[] bytes, int length) throws IOException {
        Storage.asIo(() -> out.write(bytes, 0, length));
    }

    private ObjectNode index() {
        ObjectNode root = Json.object().put("chunk_floats", CHUNK_FLOATS);
        ArrayNode list = root.putArray("segments");
        for (Segment segment : segments) {
            ArrayNode crcs = list.addObject()
                    .put("slot", segment.slot)
                    .put("offset", segment.offset)
                    .put("length", segment.length)
                    .put("position", segment.position)
                    .putArray("crc32c");
            segment.crcs.forEach(crcs::add);
        }
        return root;
    }
}

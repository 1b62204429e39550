package io.trimtab.job.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/** One shard file of {@link ShardWriter}'s layout; keeps the chunk it read last, because callers read in small pieces, in order. */
final class ShardReader implements Closeable {
    private final FSDataInputStream in;
    private final Path file;
    private final int chunkFloats;
    private final List<Segment> segments;
    private final ByteBuffer chunk;
    private long chunkPosition = -1;

    private ShardReader(FSDataInputStream in, Path file, int chunkFloats, List<Segment> segments) {
        this.in = in;
        this.file = file;
        this.chunkFloats = chunkFloats;
        this.segments = segments;
        this.chunk = ByteBuffer.allocate(chunkFloats * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    private record Segment(String slot, long offset, long length, long position, List<Long> crcs) {
        boolean holds(String wanted, long element) {
            return slot.equals(wanted) && element >= offset && element < offset + length;
        }
    }

    static ShardReader open(Storage storage, Path folder, Manifest.File entry) throws IOException {
        Path file = new Path(folder, entry.name());
        FSDataInputStream in = storage.files().open(file);
        try {
            JsonNode index = index(in, file, entry);
            List<Segment> segments = new ArrayList<>();
            for (JsonNode segment : index.path("segments")) {
                List<Long> crcs = new ArrayList<>();
                segment.path("crc32c").forEach(crc -> crcs.add(crc.asLong()));
                segments.add(new Segment(
                        segment.path("slot").asText(),
                        segment.path("offset").asLong(),
                        segment.path("length").asLong(),
                        segment.path("position").asLong(),
                        crcs));
            }
            return new ShardReader(in, file, index.path("chunk_floats").asInt(), segments);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    List<String> slots() {
        return segments.stream().map(Segment::slot).distinct().toList();
    }

    /** Copies as much of the range as lies unbroken in this file from its first element on; 0 if that element is not here. */
    int read(String slot, long offset, float[] target, int at, int length) throws IOException {
        for (Segment segment : segments) {
            if (segment.holds(slot, offset)) {
                int count = (int) Math.min(length, segment.offset + segment.length - offset);
                copy(segment, offset - segment.offset, target, at, count);
                return count;
            }
        }
        return 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private void copy(Segment segment, long first, float[] target, int at, int count) throws IOException {
        for (int done = 0; done < count; ) {
            long element = first + done;
            load(segment, element / chunkFloats);
            int inChunk = (int) (element % chunkFloats);
            int take = Math.min(count - done, chunk.limit() / Float.BYTES - inChunk);
            chunk.asFloatBuffer().position(inChunk).get(target, at + done, take);
            done += take;
        }
    }

    private void load(Segment segment, long number) throws IOException {
        long start = number * chunkFloats;
        long position = segment.position + start * Float.BYTES;
        if (position == chunkPosition) {
            return;
        }
        int bytes = (int) Math.min(chunkFloats, segment.length - start) * Float.BYTES;
        chunkPosition = -1;
        readFully(in, file, position, chunk.array(), bytes);
        if (ShardWriter.crc(chunk.array(), bytes) != segment.crcs.get((int) number)) {
            throw CheckpointException.shard(file, "checksum of '" + segment.slot + "' differs at byte " + position);
        }
        chunk.clear().limit(bytes);
        chunkPosition = position;
    }

    private static JsonNode index(FSDataInputStream in, Path file, Manifest.File entry) throws IOException {
        byte[] tail = new byte[Long.BYTES];
        readFully(in, file, entry.bytes() - Long.BYTES, tail, tail.length);
        long length = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > Math.min(Integer.MAX_VALUE - 8, entry.bytes() - Long.BYTES)) {
            throw CheckpointException.shard(file, "length of its index is " + length);
        }
        byte[] index = new byte[(int) length];
        readFully(in, file, entry.bytes() - Long.BYTES - length, index, index.length);
        if (ShardWriter.crc(index, index.length) != entry.crc32c()) {
            throw CheckpointException.shard(file, "checksum of its index differs from the manifest's");
        }
        return Json.object(index).orElseThrow(() -> CheckpointException.shard(file, "its index is not JSON"));
    }

    private static void readFully(FSDataInputStream in, Path file, long position, byte[] target, int length)
            throws IOException {
        try {
            in.readFully(position, target, 0, length);
        } catch (EOFException e) {
            throw CheckpointException.shard(file, "it ends before byte " + (position + length));
        }
    }
}

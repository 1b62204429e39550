package io.trimtab.model.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One opened safetensors file. Read through a small buffer per thread and never mapped: pages of a mapped file count as memory of the process
 * that touched them until the garbage collector finds the mapping. Reading is thread safe.
 */
final class SafetensorsFile implements AutoCloseable {

    /** The limit of the reference implementation; a table of contents is never larger. */
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private static final ThreadLocal<ByteBuffer> PART =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN));

    private final Path path;
    private final FileChannel channel;
    private final SafetensorsHeader header;

    private SafetensorsFile(Path path, FileChannel channel, SafetensorsHeader header) {
        this.path = path;
        this.channel = channel;
        this.header = header;
    }

    static SafetensorsFile open(Path path) {
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                long size = channel.size();
                return new SafetensorsFile(path, channel, readHeader(path, channel, size));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + path, e);
        }
    }

    private static SafetensorsHeader readHeader(Path path, FileChannel channel, long size) throws IOException {
        if (size < Long.BYTES) {
            throw SafetensorsHeader.broken(path, "it has only " + size + " bytes: it is cut off or something else");
        }
        long length = read(channel, 0, Long.BYTES).getLong();
        if (length < 2 || length > MAX_HEADER_BYTES) {
            throw SafetensorsHeader.broken(
                    path, "its header claims " + Long.toUnsignedString(length) + " bytes: this is no safetensors file");
        }
        if (length > size - Long.BYTES) {
            throw SafetensorsHeader.broken(
                    path,
                    "its header claims " + length + " bytes, and the file has " + size
                            + ": it is cut off or something else");
        }
        byte[] json = read(channel, Long.BYTES, (int) length).array();
        long dataStart = Long.BYTES + length;
        return SafetensorsHeader.parse(path, json, dataStart, size - dataStart);
    }

    private static ByteBuffer read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        fill(channel, buffer, position);
        return buffer.flip();
    }

    private static void fill(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("File ended at byte " + (position + buffer.position()) + ", it is being changed");
            }
        }
    }

    Path path() {
        return path;
    }

    SafetensorsHeader header() {
        return header;
    }

    void read(SafetensorsHeader.Entry entry, WeightType type, long offset, float[] target, int at, int length) {
        long elements = (entry.end() - entry.begin()) / type.bytes();
        if (offset < 0 || length < 0 || offset > elements - length) {
            throw new IllegalArgumentException("Tensor " + entry.name() + " has " + elements + " entries, asked for "
                    + length + " from " + offset);
        }
        ByteBuffer bytes = PART.get();
        int atOnce = bytes.capacity() / type.bytes();
        long position = header.dataStart() + entry.begin() + offset * type.bytes();
        try {
            for (int done = 0; done < length; done += atOnce) {
                int count = Math.min(atOnce, length - done);
                bytes.clear().limit(count * type.bytes());
                fill(channel, bytes, position + (long) done * type.bytes());
                type.decode(bytes.flip(), target, at + done, count);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + path, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot close " + path, e);
        }
    }
}

package io.trimtab.model.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the safetensors of a folder piece by piece, in any order and from several threads. Whoever uses it sees to it that every entry is written, and
 * that nobody reads the folder before.
 */
public final class WeightFolderWriter implements AutoCloseable {

    private static final int AT_ONCE = 1 << 17;

    /** Holds {@link #AT_ONCE} entries of the widest type. */
    private static final ThreadLocal<ByteBuffer> BYTES = ThreadLocal.withInitial(
            () -> ByteBuffer.allocateDirect(AT_ONCE * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN));

    private final Path folder;
    private final Shards shards;
    private final List<FileChannel> channels;
    private final Map<String, Place> places;

    /** Where a tensor begins. */
    private record Place(FileChannel channel, long position, WeightType type) {}

    private WeightFolderWriter(Path folder, Shards shards, List<FileChannel> channels, Map<String, Place> places) {
        this.folder = folder;
        this.shards = shards;
        this.channels = channels;
        this.places = places;
    }

    /**
     * Begins the files, each with its header.
     *
     * @param folder exists and is empty
     * @param shardBytes a file holds at most so much tensor data, unless a single tensor is larger
     */
    public static WeightFolderWriter begin(Path folder, List<TypedTensor> tensors, long shardBytes) {
        Shards shards = Shards.of(tensors, shardBytes);
        List<FileChannel> channels = new ArrayList<>();
        Map<String, Place> places = new HashMap<>();
        WeightFolderWriter writer = new WeightFolderWriter(folder, shards, channels, places);
        try {
            for (int shard = 0; shard < shards.count(); shard++) {
                FileChannel channel = FileChannel.open(
                        folder.resolve(shards.fileName(shard)),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE);
                channels.add(channel);
                ByteBuffer header = SafetensorsWriter.header(shards.tensors(shard));
                long position = header.remaining();
                write(channel, header, 0);
                for (TypedTensor tensor : shards.tensors(shard)) {
                    places.put(tensor.name(), new Place(channel, position, tensor.type()));
                    position += tensor.bytes();
                }
            }
            return writer;
        } catch (IOException e) {
            writer.close();
            throw new UncheckedIOException("Cannot write weights to " + folder, e);
        }
    }

    /**
     * Writes the first {@code length} values as entries {@code offset} to {@code offset + length - 1} of a tensor.
     *
     * @throws ModelFolderException if a value is beyond the type's range
     */
    public void write(String tensor, long offset, float[] values, int length) {
        Place place = places.get(tensor);
        if (place == null) {
            throw new IllegalArgumentException("There is no tensor " + tensor + " to write in " + folder);
        }
        SafetensorsWriter.requireInRange(tensor, place.type(), values, offset, length);
        ByteBuffer bytes = BYTES.get();
        try {
            for (int done = 0; done < length; done += AT_ONCE) {
                int count = Math.min(AT_ONCE, length - done);
                place.type().encode(values, done, count, bytes.clear());
                write(
                        place.channel(),
                        bytes.flip(),
                        place.position() + (offset + done) * place.type().bytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write weights to " + folder, e);
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
        long next = position;
        while (bytes.hasRemaining()) {
            next += channel.write(bytes, next);
        }
    }

    /** Brings everything to the disk and writes the index of several files. */
    public void finish() {
        try {
            for (FileChannel channel : channels) {
                channel.force(true);
            }
            shards.writeIndex(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write weights to " + folder, e);
        }
    }

    @Override
    public void close() {
        for (FileChannel channel : channels) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot close the weights in " + folder, e);
            }
        }
    }
}

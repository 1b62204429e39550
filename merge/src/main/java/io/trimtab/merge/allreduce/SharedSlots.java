package io.trimtab.merge.allreduce;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Memory that a rank shares with the next one where both live on one host: bodies of frames lie in its slots instead of passing the kernel twice, while
 * their headers travel as ever. It is a file in memory that only its owner can read, with a secret in front that shows the peer that both see the same
 * file; its name is gone as soon as both have it mapped, so nothing is left behind however a process ends.
 *
 * <p>A slot is taken by the sender and freed by the receiver, by a flag in the memory itself.
 */
final class SharedSlots {

    /** An offer is a length, that many bytes of the path, and the secret. */
    static final int OFFER_BYTES = 2 + 256 + 16;

    private static final int LONGEST_PATH = 256;

    /** Flags stand a cache line apart. */
    private static final int FLAG_STRIDE = 64;

    /** Memory file system of Linux. Elsewhere, and where it is full, frames travel whole. */
    private static final Path FOLDER = Path.of("/dev/shm");

    private static final VarHandle FLAG = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final Path path;
    private final byte[] secret;
    private final int count;
    private final ByteBuffer memory;

    private SharedSlots(Path path, byte[] secret, int count, ByteBuffer memory) {
        this.path = path;
        this.secret = secret;
        this.count = count;
        this.memory = memory;
    }

    private static int slotsAt(int count) {
        int flags = (1 + count) * FLAG_STRIDE;
        return (flags + 4095) / 4096 * 4096;
    }

    private static long size(int count) {
        return slotsAt(count) + (long) count * Wire.SEGMENT_BYTES;
    }

    /** Empty where this system has no such place, or no room in it. */
    static Optional<SharedSlots> create(int count) {
        if (!Files.isWritable(FOLDER) || size(count) > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        Path path = null;
        try {
            path = Files.createTempFile(FOLDER, "trimtab-ring-", ""); // its owner's alone
            byte[] secret = secret();
            return Optional.of(new SharedSlots(path, secret, count, filled(path, secret, count)));
        } catch (IOException e) {
            deleteQuietly(path);
            return Optional.empty();
        }
    }

    private static byte[] secret() {
        UUID random = UUID.randomUUID();
        return ByteBuffer.allocate(16)
                .putLong(random.getMostSignificantBits())
                .putLong(random.getLeastSignificantBits())
                .array();
    }

    /** Writes every page before it is mapped: a full file system shows now, as an exception, and not later, as a crash. */
    private static ByteBuffer filled(Path path, byte[] secret, int count) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 16);
            zeros.put(secret).clear();
            for (long at = 0; at < size(count); ) {
                at += file.write(zeros.limit((int) Math.min(zeros.capacity(), size(count) - at)), at);
                zeros.clear().put(new byte[secret.length]).clear();
            }
            return map(file, count);
        }
    }

    private static ByteBuffer map(FileChannel file, int count) throws IOException {
        return file.map(MapMode.READ_WRITE, 0, size(count)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** For the next rank, to be written from position 0 on. */
    ByteBuffer offer() {
        byte[] name = path.toString().getBytes(UTF_8);
        return noOffer()
                .putShort((short) name.length)
                .put(name)
                .position(2 + LONGEST_PATH)
                .put(secret)
                .clear();
    }

    static ByteBuffer noOffer() {
        return ByteBuffer.allocate(OFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The memory of an offer that was read; empty where there is none, or this rank sees none there, as in another container. */
    static Optional<SharedSlots> accept(ByteBuffer offer, int count) {
        int length = offer.getShort(0);
        if (length <= 0 || length > LONGEST_PATH) {
            return Optional.empty();
        }
        byte[] name = new byte[length];
        byte[] secret = new byte[16];
        offer.get(2, name).get(2 + LONGEST_PATH, secret);
        try {
            Path path = Path.of(new String(name, UTF_8));
            if (!FOLDER.equals(path.getParent()) || !Files.exists(path) || Files.size(path) != size(count)) {
                return Optional.empty();
            }
            try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                ByteBuffer memory = map(file, count);
                byte[] found = new byte[secret.length];
                memory.get(0, found);
                return MessageDigest.isEqual(found, secret)
                        ? Optional.of(new SharedSlots(path, secret, count, memory))
                        : Optional.empty();
            }
        } catch (IOException | InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Takes the name away; the memory stays with those that have it mapped. */
    void hide() {
        deleteQuietly(path);
    }

    private static void deleteQuietly(@Nullable Path path) {
        try {
            if (path != null) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // Left in a file system that the next start of the machine empties.
        }
    }

    int count() {
        return count;
    }

    /** The live memory, {@link Wire#SEGMENT_BYTES} long. */
    ByteBuffer slot(int number) {
        return memory.slice(slotsAt(count) + number * Wire.SEGMENT_BYTES, Wire.SEGMENT_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    boolean isFree(int slot) {
        return (int) FLAG.getAcquire(memory, flag(slot)) == 0;
    }

    void take(int slot) {
        FLAG.setRelease(memory, flag(slot), 1);
    }

    void free(int slot) {
        FLAG.setRelease(memory, flag(slot), 0);
    }

    private static int flag(int slot) {
        return (1 + slot) * FLAG_STRIDE;
    }
}

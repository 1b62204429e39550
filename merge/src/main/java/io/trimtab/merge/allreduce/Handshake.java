package io.trimtab.merge.allreduce;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What two ranks tell each other first: magic number, rank, and a digest of the run's token, both ranks and the number of ranks. The token itself never
 * travels. Keeps strangers and ranks of other runs out; it does not encrypt what follows.
 */
final class Handshake {

    static final int BYTES = 8 + 4 + 32;

    private static final long MAGIC = 0x5452494D52494E47L; // "TRIMRING"

    private final byte[] token;
    private final int worldSize;

    Handshake(byte[] token, int worldSize) {
        this.token = token.clone();
        this.worldSize = worldSize;
    }

    ByteBuffer hello(int from, int to) {
        return ByteBuffer.allocate(BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(MAGIC)
                .putInt(from)
                .put(digest(from, to))
                .flip();
    }

    /** Whether the bytes, position 0 to {@link #BYTES}, are the hello of that rank to that rank in this run. */
    boolean accepts(ByteBuffer received, int from, int to) {
        byte[] bytes = new byte[BYTES];
        received.get(0, bytes);
        return MessageDigest.isEqual(bytes, hello(from, to).array());
    }

    private byte[] digest(int from, int to) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(
                    "trimtab ring %d %d %d ".formatted(from, to, worldSize).getBytes(StandardCharsets.US_ASCII));
            return digest.digest(token);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Cannot greet other ranks: this JVM has no SHA-256", e);
        }
    }
}

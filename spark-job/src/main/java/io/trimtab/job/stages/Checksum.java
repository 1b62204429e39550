package io.trimtab.job.stages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** CRC32C of a local file, as manifests have it. */
final class Checksum {
    private static final int PIECE = 1 << 20;

    private Checksum() {}

    static long of(Path file) {
        CRC32C crc = new CRC32C();
        ByteBuffer bytes = ByteBuffer.allocateDirect(PIECE);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(bytes.clear()) >= 0) {
                crc.update(bytes.flip());
            }
            return crc.getValue();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }
}

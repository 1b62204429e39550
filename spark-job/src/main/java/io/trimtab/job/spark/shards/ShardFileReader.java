package io.trimtab.job.spark.shards;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Reads the rows of one shard file in the order they were written. */
final class ShardFileReader implements Closeable {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Path file;
    private final DataInputStream in;

    ShardFileReader(FileSystem files, Path file) throws IOException {
        this.file = file;
        this.in = new DataInputStream(new BufferedInputStream(files.open(file), BUFFER_BYTES));
        if (in.readLong() != ShardFileWriter.MAGIC) {
            throw new IOException("Not a shard of this version: " + file);
        }
    }

    /** @param bytes the record; belongs to the entry */
    record Entry(long step, int slot, int cost, byte[] bytes) {}

    /** The next row, or null at the end of the file. */
    @Nullable
    Entry next() throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        long step = (long) first << 56;
        for (int shift = 48; shift >= 0; shift -= 8) {
            step |= (long) in.readUnsignedByte() << shift;
        }
        int slot = in.readInt();
        int cost = in.readInt();
        int length = in.readInt();
        if (step < 1 || slot < 0 || length < 0) {
            throw new IOException(
                    "Damaged row in " + file + ": step " + step + ", slot " + slot + ", " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return new Entry(step, slot, cost, bytes);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}

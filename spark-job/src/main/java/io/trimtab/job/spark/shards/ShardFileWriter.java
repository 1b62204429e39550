package io.trimtab.job.spark.shards;

import io.trimtab.job.spark.files.ShardRecord;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Writes one shard file. Layout, big endian: the magic number, then per row step (8 bytes), slot (4), packed tokens (4), length of the record (4) and
 * the record of {@link ShardRecord}. A rank reads the heads of a step's rows to divide them, and skips the bodies of the others'.
 */
final class ShardFileWriter implements Closeable {
    /** "TRIMSHD" and the version of the format. */
    static final long MAGIC = 0x5452494D53484401L;

    private static final int BUFFER_BYTES = 1 << 20;

    private final DataOutputStream out;

    ShardFileWriter(FileSystem files, Path file) throws IOException {
        this.out = new DataOutputStream(new BufferedOutputStream(files.create(file, true), BUFFER_BYTES));
        out.writeLong(MAGIC);
    }

    void write(long step, int slot, int cost, byte[] record) throws IOException {
        out.writeLong(step);
        out.writeInt(slot);
        out.writeInt(cost);
        out.writeInt(record.length);
        out.write(record);
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}

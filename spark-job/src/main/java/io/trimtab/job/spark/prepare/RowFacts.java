package io.trimtab.job.spark.prepare;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.data.ExampleHashes;
import io.trimtab.data.Mix;
import io.trimtab.job.spark.files.HadoopSettings;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.hadoop.fs.Path;

/**
 * What the batch plan and the doctor want to know of a row, {@value #BYTES} bytes.
 *
 * <p>These numbers lie in a file of their own beside each file of rows: to learn the lengths of a table, or what repeats in it, reads no token.
 *
 * @param packedTokens the prompt once and every trained completion
 * @param longestTokens prompt and the longest trained completion
 * @param id hash of the row's name
 */
record RowFacts(int packedTokens, int longestTokens, long id, ExampleHashes hashes) {
    static final String EXTENSION = ".facts";
    private static final int BYTES = 2 * Integer.BYTES + 3 * Long.BYTES + 1;

    static RowFacts of(Example example) {
        return new RowFacts(
                example.packedTokens(),
                example.only(CompletionRole::trained).longestSequence(),
                Mix.hash(0, example.id()),
                ExampleHashes.of(example));
    }

    /** A part's file. Not thread safe. */
    static final class Writer implements Closeable {
        private final DataOutputStream out;

        Writer(HadoopSettings hadoop, Path path) throws IOException {
            out = new DataOutputStream(
                    new BufferedOutputStream(hadoop.fileSystem(path).create(path)));
        }

        void write(RowFacts row) throws IOException {
            out.writeInt(row.packedTokens);
            out.writeInt(row.longestTokens);
            out.writeLong(row.id);
            out.writeLong(row.hashes.prompt());
            out.writeLong(row.hashes.content());
            out.writeBoolean(row.hashes.preference());
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    /** The rows of a part in their order; the file is closed behind the last. Not thread safe. */
    static final class Reader implements Iterator<RowFacts> {
        private final DataInputStream in;
        private long left;

        /** @param bytes of the file */
        Reader(HadoopSettings hadoop, Path path, long bytes) throws IOException {
            if (bytes % BYTES != 0) {
                throw new IOException(path + " has " + bytes + " bytes, which is no whole number of rows");
            }
            left = bytes / BYTES;
            in = new DataInputStream(
                    new BufferedInputStream(hadoop.fileSystem(path).open(path)));
        }

        @Override
        public boolean hasNext() {
            return left > 0;
        }

        @Override
        public RowFacts next() {
            if (left == 0) {
                throw new NoSuchElementException("No rows are left");
            }
            try {
                RowFacts row = new RowFacts(
                        in.readInt(),
                        in.readInt(),
                        in.readLong(),
                        new ExampleHashes(in.readLong(), in.readLong(), in.readBoolean()));
                if (--left == 0) {
                    in.close();
                }
                return row;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

package io.trimtab.job.checkpoint;

import io.trimtab.merge.StateSource;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;

/**
 * Any range of a checkpoint's state, put together from the shards that hold it, whatever number of ranks wrote them. Reads only what
 * covers the range, in chunks whose checksums are verified. Not thread safe.
 */
public final class CheckpointReader implements StateSource, Closeable {
    private final Path folder;
    private final List<ShardReader> shards;

    private CheckpointReader(Path folder, List<ShardReader> shards) {
        this.folder = folder;
        this.shards = shards;
    }

    static CheckpointReader open(Storage storage, Checkpoint checkpoint) {
        List<ShardReader> shards = new ArrayList<>();
        try {
            for (Manifest.File file : checkpoint.manifest().files()) {
                shards.add(ShardReader.open(storage, checkpoint.folder(), file));
            }
        } catch (IOException | RuntimeException e) {
            closeAll(shards, e);
            if (e instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new UncheckedIOException("Cannot read the checkpoint " + checkpoint.folder(), (IOException) e);
        }
        return new CheckpointReader(checkpoint.folder(), shards);
    }

    @Override
    public Set<String> slots() {
        Set<String> slots = new TreeSet<>();
        shards.forEach(shard -> slots.addAll(shard.slots()));
        return slots;
    }

    @Override
    public void read(String slot, long offset, float[] target, int at, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int read = readSome(slot, offset + done, target, at + done, length - done);
            if (read == 0) {
                throw CheckpointException.missing(folder, slot, offset + done);
            }
            done += read;
        }
    }

    private int readSome(String slot, long offset, float[] target, int at, int length) throws IOException {
        for (ShardReader shard : shards) {
            int read = shard.read(slot, offset, target, at, length);
            if (read > 0) {
                return read;
            }
        }
        return 0;
    }

    @Override
    public void close() throws IOException {
        IOException failure = new IOException("Cannot close the checkpoint " + folder);
        closeAll(shards, failure);
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }

    private static void closeAll(List<ShardReader> shards, Exception failure) {
        for (ShardReader shard : shards) {
            try {
                shard.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }
}

package io.trimtab.job.spark.shards;

import static java.util.Objects.requireNonNull;

import io.trimtab.data.plan.RankSplit;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.ShardRecord;
import io.trimtab.job.spark.shards.ShardFileReader.Entry;
import io.trimtab.job.train.ReferencedExample;
import io.trimtab.job.train.StepBatch;
import io.trimtab.job.train.StepBatches;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Streams the shards and keeps this rank's rows of every step; a thread of its own reads ahead. Every rank reads everything, which is
 * cheap beside training, and so needs nothing prepared for its number.
 */
public final class ShardBatches implements StepBatches, AutoCloseable {
    private static final int READ_AHEAD_STEPS = 8;

    private final ShardPlan plan;
    private final HadoopSettings hadoop;
    private final int rank;
    private final int ranks;
    private final BlockingQueue<Loaded> queue = new ArrayBlockingQueue<>(READ_AHEAD_STEPS);
    private @Nullable Thread reader;

    public ShardBatches(ShardPlan plan, HadoopSettings hadoop, int rank, int ranks) {
        this.plan = plan;
        this.hadoop = hadoop;
        this.rank = rank;
        this.ranks = ranks;
    }

    /** A batch, or why there is none. */
    private record Loaded(
            @Nullable StepBatch batch, @Nullable Exception failure) {}

    /** May be called once. */
    @Override
    public Iterator<StepBatch> from(long firstStep) {
        if (reader != null) {
            throw new IllegalStateException("Batches are streamed already");
        }
        Thread thread = new Thread(() -> readAll(firstStep), "trimtab-batches-" + rank);
        thread.setDaemon(true);
        reader = thread;
        thread.start();
        return new Iterator<>() {
            private long next = firstStep;

            @Override
            public boolean hasNext() {
                return next <= plan.steps();
            }

            @Override
            public StepBatch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("The run ends with step " + plan.steps());
                }
                next++;
                return take();
            }
        };
    }

    private StepBatch take() {
        try {
            Loaded loaded = queue.take();
            Exception failure = loaded.failure();
            if (failure != null) {
                throw new ClusterException("Cannot read the shards: " + failure, failure);
            }
            return requireNonNull(loaded.batch(), "batch is null");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("Interrupted while waiting for a batch", e);
        }
    }

    private void readAll(long firstStep) {
        try {
            try {
                read(firstStep);
            } catch (IOException | RuntimeException e) {
                queue.put(new Loaded(null, e));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed: nobody waits for more
        }
    }

    private void read(long firstStep) throws IOException, InterruptedException {
        long step = firstStep;
        List<Entry> rows = new ArrayList<>();
        for (int file = firstStep > plan.steps() ? plan.files().size() : plan.fileOf(firstStep);
                file < plan.files().size();
                file++) {
            Path path = new Path(plan.files().get(file));
            try (ShardFileReader in = new ShardFileReader(hadoop.fileSystem(path), path)) {
                for (Entry entry = in.next(); entry != null; entry = in.next()) {
                    if (entry.step() >= firstStep) {
                        step = handOver(step, entry.step(), rows);
                        rows.add(entry);
                    }
                }
            }
        }
        handOver(step, plan.steps() + 1, rows);
    }

    /** When a row of a later step comes, the batches up to it are complete; a step of the plan always has rows. */
    private long handOver(long step, long next, List<Entry> rows) throws IOException, InterruptedException {
        if (next == step) {
            return step;
        }
        if (next != step + 1 || rows.isEmpty()) {
            throw new IOException("step " + next + " follows step " + step + " with " + rows.size() + " rows");
        }
        queue.put(new Loaded(batch(step, rows), null));
        rows.clear();
        return next;
    }

    private StepBatch batch(long step, List<Entry> rows) throws IOException {
        int[] costs = new int[rows.size()];
        for (int slot = 0; slot < costs.length; slot++) {
            if (rows.get(slot).slot() != slot) {
                throw new IOException("slot " + rows.get(slot).slot() + " of step " + step + " stands where slot "
                        + slot + " should");
            }
            costs[slot] = rows.get(slot).cost();
        }
        List<ReferencedExample> mine = new ArrayList<>();
        for (int slot : RankSplit.split(costs, ranks)[rank]) {
            mine.add(ShardRecord.decode(rows.get(slot).bytes()));
        }
        return new StepBatch(step, mine);
    }

    @Override
    public void close() {
        Thread thread = reader;
        if (thread != null) {
            thread.interrupt();
        }
    }
}

package io.trimtab.merge.allreduce;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.shard.FloatSink;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.Range;
import io.trimtab.merge.shard.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Ranks that are threads of one JVM: the same results, bit for bit, as {@link RingCollective}. A rank reads the others' values where they lie, so a
 * source must bear reads by several threads while its own rank waits here.
 */
public final class InMemoryCollective implements Collective {

    private static final int SEGMENT = 1 << 16;

    private final int rank;
    private final Group group;

    private InMemoryCollective(int rank, Group group) {
        this.rank = rank;
        this.group = group;
    }

    /** The collectives of a new group, in rank order. */
    public static List<Collective> group(int worldSize) {
        if (worldSize < 1) {
            throw new IllegalArgumentException("Cannot make a group of ranks: world size is " + worldSize);
        }
        Group group = new Group(worldSize);
        List<Collective> collectives = new ArrayList<>();
        for (int rank = 0; rank < worldSize; rank++) {
            collectives.add(new InMemoryCollective(rank, group));
        }
        return List.copyOf(collectives);
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int worldSize() {
        return group.size;
    }

    @Override
    public double[] sum(double[] values) {
        double[] sum = new double[values.length];
        share(values.clone(), () -> {
            for (int other = 0; other < group.size; other++) {
                double[] added = group.shared(other, double[].class);
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += added[i];
                }
            }
        });
        return sum;
    }

    @Override
    public void reduceScatter(FloatSource local, Shard into, Range bucket) {
        share(local, () -> {
            float[] sum = new float[SEGMENT];
            float[] added = new float[SEGMENT];
            Range range = into.range().and(bucket);
            for (long offset = range.start(); offset < range.end(); offset += SEGMENT) {
                int length = (int) Math.min(SEGMENT, range.end() - offset);
                for (int hop = 1; hop <= group.size; hop++) {
                    FloatSource source = group.shared((rank + hop) % group.size, FloatSource.class);
                    source.read(offset, hop == 1 ? sum : added, 0, length);
                    if (hop > 1) {
                        add(sum, added, length);
                    }
                }
                into.write(offset, sum, 0, length);
            }
        });
    }

    private static void add(float[] sum, float[] added, int length) {
        for (int i = 0; i < length; i++) {
            sum[i] += added[i];
        }
    }

    @Override
    public void allGather(Shard shard, FloatSink sink) {
        share(shard, () -> {
            for (int other = 0; other < group.size; other++) {
                group.shared(other, Shard.class).writeTo(sink);
            }
        });
    }

    /** Every rank puts something down, all use it, and nobody goes on before the last has finished. */
    private void share(Object mine, Runnable use) {
        group.slots.set(rank, mine);
        await();
        use.run();
        await();
    }

    private void await() {
        int leaver = group.await(rank);
        if (leaver == rank) {
            throw new CancellationException(
                    "Collective of rank %d is closed, or its thread was interrupted".formatted(rank));
        }
        if (leaver != Group.NOBODY) {
            throw new PeerLostException(rank, leaver, "this JVM", "it left the group", null);
        }
    }

    @Override
    public void close() {
        group.leave(rank);
    }

    /** A barrier that can be used again and again until one rank leaves. */
    private static final class Group {

        private static final int NOBODY = -1;

        private final int size;
        private final AtomicReferenceArray<@Nullable Object> slots;
        private int arrived;
        private long generation;
        private int leaver = NOBODY;

        Group(int size) {
            this.size = size;
            this.slots = new AtomicReferenceArray<>(size);
        }

        <T> T shared(int rank, Class<T> type) {
            return type.cast(requireNonNull(slots.get(rank)));
        }

        /** Waits for all ranks; the rank that left instead, or nobody. */
        synchronized int await(int rank) {
            long mine = generation;
            if (leaver == NOBODY && ++arrived == size) {
                arrived = 0;
                generation++;
                notifyAll();
            }
            while (generation == mine && leaver == NOBODY) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    leave(rank);
                }
            }
            return generation == mine ? leaver : NOBODY;
        }

        synchronized void leave(int rank) {
            if (leaver == NOBODY) {
                leaver = rank;
                notifyAll();
            }
        }
    }
}

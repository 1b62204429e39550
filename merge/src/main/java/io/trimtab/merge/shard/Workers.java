package io.trimtab.merge.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Works through a rank's shard on several threads: those of the process's common pool and the caller. Each takes ranges of whole blocks, so
 * what is done entry by entry gives the same bits on any number of them.
 */
public final class Workers {

    /** More ranges than threads, for threads that are held up. */
    private static final int RANGES_PER_THREAD = 8;

    private final int threads;
    private final int blocks;

    /** @param threads 1 does everything in the calling one */
    public Workers(ShardLayout layout, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("Cannot work on %d threads".formatted(threads));
        }
        List<TensorPart> parts = layout.parts();
        this.threads = threads;
        this.blocks = parts.isEmpty() ? 0 : parts.get(parts.size() - 1).block() + 1;
    }

    /**
     * Shows parts of tensors to some work, those of a block to one thread in the order in which they come.
     *
     * @param parts in ascending order
     * @param touched what the work changes; settled by the caller before and by the threads that work behind it
     */
    public void forEachPart(List<TensorPart> parts, Consumer<TensorPart> work, Shard... touched) {
        settle(touched);
        List<List<TensorPart>> ranges = ranges(parts);
        run(ranges.size(), range -> {
            ranges.get(range).forEach(work);
            settle(touched);
        });
    }

    /** About as long as each other; no block lies in two of them. */
    private List<List<TensorPart>> ranges(List<TensorPart> parts) {
        int count = ranges(parts.size());
        List<List<TensorPart>> ranges = new ArrayList<>();
        int from = 0;
        for (int range = 0; range < count; range++) {
            int to = Math.max(from, (int) ((long) parts.size() * (range + 1) / count));
            while (to > from
                    && to < parts.size()
                    && parts.get(to).block() == parts.get(to - 1).block()) {
                to++;
            }
            ranges.add(parts.subList(from, to));
            from = to;
        }
        return ranges;
    }

    private int ranges(int pieces) {
        return threads == 1 ? 1 : Math.max(1, Math.min(pieces, RANGES_PER_THREAD * threads));
    }

    private static void settle(Shard... shards) {
        for (Shard shard : shards) {
            shard.settle();
        }
    }

    /** The numbers of all blocks. */
    public void forEachBlock(IntConsumer work) {
        int count = ranges(blocks);
        run(
                count,
                range -> IntStream.range(first(range, count), first(range + 1, count))
                        .forEach(work));
    }

    private int first(int range, int count) {
        return (int) ((long) blocks * range / count);
    }

    private static void run(int count, IntConsumer work) {
        IntStream all = IntStream.range(0, count);
        (count == 1 ? all : all.parallel()).forEach(work);
    }
}

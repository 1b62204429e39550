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

    private final List<List<TensorPart>> ranges = new ArrayList<>();
    private final List<Integer> borders = new ArrayList<>();

    /** @param threads 1 does everything in the calling one */
    public Workers(ShardLayout layout, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("Cannot work on %d threads".formatted(threads));
        }
        List<TensorPart> parts = layout.parts();
        int blocks = parts.isEmpty() ? 0 : parts.get(parts.size() - 1).block() + 1;
        int count = threads == 1 ? 1 : Math.max(1, Math.min(blocks, RANGES_PER_THREAD * threads));
        int next = 0;
        for (int range = 0; range < count; range++) {
            int end = (int) ((long) blocks * (range + 1) / count);
            borders.add(end);
            int from = next;
            while (next < parts.size() && parts.get(next).block() < end) {
                next++;
            }
            ranges.add(parts.subList(from, next));
        }
    }

    /**
     * Shows every part of every tensor to some work, in ascending order within a block.
     *
     * @param touched what the work changes; settled by the caller before and by the threads that work behind it
     */
    public void forEachPart(Consumer<TensorPart> work, Shard... touched) {
        settle(touched);
        run(range -> {
            ranges.get(range).forEach(work);
            settle(touched);
        });
    }

    private static void settle(Shard... shards) {
        for (Shard shard : shards) {
            shard.settle();
        }
    }

    /** The numbers of all blocks. */
    public void forEachBlock(IntConsumer work) {
        run(range -> IntStream.range(range == 0 ? 0 : borders.get(range - 1), borders.get(range))
                .forEach(work));
    }

    private void run(IntConsumer work) {
        IntStream all = IntStream.range(0, ranges.size());
        (ranges.size() == 1 ? all : all.parallel()).forEach(work);
    }
}

package io.trimtab.data.plan;

import io.trimtab.data.Mix;
import java.util.Arrays;

/** The order in which one epoch visits the rows. */
final class EpochOrder {
    /** Batches whose rows are sorted by length together: enough for even lengths, few enough that an epoch stays random. */
    private static final int BATCHES_PER_GROUP = 50;

    private EpochOrder() {}

    static int[] of(BatchOrder order, int rows, int globalBatch, long seed, int epoch, int[] lengths) {
        return switch (order) {
            case AS_GIVEN -> identity(rows);
            case SHUFFLED -> shuffled(identity(rows), seed, 2L * epoch);
            case LENGTH_GROUPED -> lengthGrouped(rows, globalBatch, seed, epoch, lengths);
        };
    }

    /** Shuffle, sort groups of batches by length, then visit the batches in random order; the short batch stays last. */
    private static int[] lengthGrouped(int rows, int globalBatch, long seed, int epoch, int[] lengths) {
        int[] order = shuffled(identity(rows), seed, 2L * epoch);
        long group = (long) globalBatch * BATCHES_PER_GROUP;
        for (long start = 0; start < rows; start += group) {
            sortByLength(order, (int) start, (int) Math.min(rows, start + group), lengths);
        }
        int whole = rows / globalBatch;
        int[] batches = shuffled(identity(whole), seed, 2L * epoch + 1);
        int[] grouped = Arrays.copyOf(order, rows);
        for (int batch = 0; batch < whole; batch++) {
            System.arraycopy(order, batches[batch] * globalBatch, grouped, batch * globalBatch, globalBatch);
        }
        return grouped;
    }

    /** Longest first, ties as shuffled; keys hold length and place in one long, so that the sort is fast and has no ties. */
    private static void sortByLength(int[] order, int from, int to, int[] lengths) {
        long[] keys = new long[to - from];
        for (int i = from; i < to; i++) {
            keys[i - from] = ((long) (Integer.MAX_VALUE - lengths[order[i]]) << 32) | i;
        }
        Arrays.sort(keys);
        int[] sorted = new int[keys.length];
        for (int i = 0; i < keys.length; i++) {
            sorted[i] = order[(int) keys[i]];
        }
        System.arraycopy(sorted, 0, order, from, sorted.length);
    }

    private static int[] identity(int count) {
        int[] order = new int[count];
        Arrays.setAll(order, i -> i);
        return order;
    }

    /** Fisher-Yates with the numbers of (seed, stream). */
    private static int[] shuffled(int[] order, long seed, long stream) {
        for (int i = order.length - 1; i > 0; i--) {
            int other = Mix.below(Mix.at(seed, stream, i), i + 1);
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        return order;
    }
}

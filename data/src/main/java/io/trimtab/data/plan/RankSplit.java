package io.trimtab.data.plan;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Divides a step's rows among the ranks so that all finish at about the same time.
 *
 * <p>Longest processing time first: rows by falling cost, each to the rank with the least so far. The heaviest rank carries at most
 * a third more than the best possible division (Graham 1969). Same input, same answer.
 */
public final class RankSplit {
    private RankSplit() {}

    /**
     * The slots of every rank, ascending inside a rank; together they are 0 … n-1. With fewer rows than ranks some get none.
     *
     * @param costs tokens per slot
     */
    public static int[][] split(int[] costs, int ranks) {
        if (ranks < 1) {
            throw new IllegalArgumentException("Rows need at least one rank: " + ranks);
        }
        int[] rankOfSlot = new int[costs.length];
        int[] rowsOfRank = new int[ranks];
        PriorityQueue<Load> loads = new PriorityQueue<>(Comparator.comparingLong(Load::cost)
                .thenComparingInt(Load::rows)
                .thenComparingInt(Load::rank));
        for (int rank = 0; rank < ranks; rank++) {
            loads.add(new Load(0, 0, rank));
        }
        for (int slot : byFallingCost(costs)) {
            Load lightest = loads.remove();
            rankOfSlot[slot] = lightest.rank;
            rowsOfRank[lightest.rank]++;
            loads.add(new Load(lightest.cost + costs[slot], lightest.rows + 1, lightest.rank));
        }
        return slotsOfRanks(rankOfSlot, rowsOfRank);
    }

    private record Load(long cost, int rows, int rank) {}

    private static int[] byFallingCost(int[] costs) {
        long[] keys = new long[costs.length];
        for (int slot = 0; slot < costs.length; slot++) {
            keys[slot] = ((long) (Integer.MAX_VALUE - costs[slot]) << 32) | slot;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }

    private static int[][] slotsOfRanks(int[] rankOfSlot, int[] rowsOfRank) {
        int[][] slots = new int[rowsOfRank.length][];
        Arrays.setAll(slots, rank -> new int[rowsOfRank[rank]]);
        int[] next = new int[rowsOfRank.length];
        for (int slot = 0; slot < rankOfSlot.length; slot++) {
            int rank = rankOfSlot[slot];
            slots[rank][next[rank]++] = slot;
        }
        return slots;
    }
}

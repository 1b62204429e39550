package io.trimtab.data.plan;

/** Divides a step's rows among the ranks. */
public final class RankSplit {
    private RankSplit() {}

    /** The slots of every rank, ascending; costs in tokens. Same input, same answer; a rank may get none. */
    public static int[][] split(int[] costs, int ranks) {
        throw new UnsupportedOperationException("Not written yet");
    }
}

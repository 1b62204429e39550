package io.trimtab.data.plan;

/**
 * Which row is seen at which step of the run: a pure function of its arguments, the same on every machine.
 *
 * <p>An epoch sees every row once. Its batches hold {@code globalBatch} rows, the last one what is left; nothing is dropped or
 * repeated. Immutable; 4 bytes per row and epoch entered.
 */
public final class BatchPlan {
    private final int globalBatch;
    private final long stepsPerEpoch;
    private final long steps;
    private final int[][] positions; // [epoch][row] -> position of the row in its epoch

    private BatchPlan(int globalBatch, long stepsPerEpoch, long steps, int[][] positions) {
        this.globalBatch = globalBatch;
        this.stepsPerEpoch = stepsPerEpoch;
        this.steps = steps;
        this.positions = positions;
    }

    /**
     * The plan of a run.
     *
     * @param rows kept rows, at least 1
     * @param globalBatch rows per step over all ranks, at least 1; may exceed {@code rows}
     * @param maxSteps where the run ends early; negative: never. It does not prolong a run beyond its epochs
     * @param lengths tokens per row, read by {@link BatchOrder#LENGTH_GROUPED} alone
     */
    public static BatchPlan of(
            int rows, int globalBatch, int epochs, long maxSteps, long seed, BatchOrder order, int[] lengths) {
        requirePositive("rows", rows);
        requirePositive("training.global-batch-size", globalBatch);
        requirePositive("training.epochs", epochs);
        if (order == BatchOrder.LENGTH_GROUPED && lengths.length != rows) {
            throw new IllegalArgumentException("Lengths of " + lengths.length + " rows given, table has: " + rows);
        }
        Extent extent = Extent.of(rows, globalBatch, epochs, maxSteps);
        int[][] positions = new int[extent.epochs()][];
        for (int epoch = 0; epoch < positions.length; epoch++) {
            positions[epoch] = inverse(EpochOrder.of(order, rows, globalBatch, seed, epoch, lengths));
        }
        return new BatchPlan(globalBatch, extent.stepsPerEpoch(), extent.steps(), positions);
    }

    /** Memory that the plan of these arguments takes, to be asked before it is made. */
    public static double bytes(int rows, int globalBatch, int epochs, long maxSteps) {
        return (double) Integer.BYTES
                * rows
                * Extent.of(rows, globalBatch, epochs, maxSteps).epochs();
    }

    private record Extent(long stepsPerEpoch, long steps) {
        static Extent of(int rows, int globalBatch, int epochs, long maxSteps) {
            long stepsPerEpoch = ceilDiv(rows, globalBatch);
            long planned = Math.multiplyExact(stepsPerEpoch, (long) epochs);
            return new Extent(stepsPerEpoch, maxSteps < 0 ? planned : Math.min(planned, maxSteps));
        }

        int epochs() {
            return Math.toIntExact(ceilDiv(steps, stepsPerEpoch));
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("Batches need " + name + " of at least 1: " + value);
        }
    }

    private static long ceilDiv(long value, long divisor) {
        return (value + divisor - 1) / divisor;
    }

    private static int[] inverse(int[] order) {
        int[] positions = new int[order.length];
        for (int position = 0; position < order.length; position++) {
            positions[order[position]] = position;
        }
        return positions;
    }

    /** Steps of the whole run. */
    public long steps() {
        return steps;
    }

    public long stepsPerEpoch() {
        return stepsPerEpoch;
    }

    /** Epochs the run enters, the last one possibly in part. */
    public int epochs() {
        return positions.length;
    }

    /** Step, from 1, at which the epoch (from 0, below {@link #epochs}) sees the row; beyond {@link #steps} where the run ends before. */
    public long stepOf(int epoch, int row) {
        return epoch * stepsPerEpoch + positions[epoch][row] / globalBatch + 1;
    }

    /** Place of the row inside its step's batch, from 0. */
    public int slotOf(int epoch, int row) {
        return positions[epoch][row] % globalBatch;
    }
}

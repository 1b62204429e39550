package io.trimtab.merge.allreduce;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Everybody's doubles go to everybody, and each rank adds them in rank order. */
final class SumCargo implements Cargo, Cargo.Cut {

    private static final int SEGMENT = Wire.SEGMENT_BYTES / Double.BYTES;

    private final double[][] byRank;
    private final int length;

    SumCargo(double[] mine, int rank, int worldSize) {
        this.length = mine.length;
        this.byRank = new double[worldSize][length];
        System.arraycopy(mine, 0, byRank[rank], 0, length);
    }

    @Override
    public Cut cut() {
        return this;
    }

    @Override
    public int segments() {
        return (length + SEGMENT - 1) / SEGMENT;
    }

    @Override
    public int bytes(int chunk, int segment) {
        return Math.min(SEGMENT, length - segment * SEGMENT) * Double.BYTES;
    }

    @Override
    public void load(int chunk, int segment, ByteBuffer out) {
        int count = bytes(chunk, segment) / Double.BYTES;
        out.asDoubleBuffer().put(byRank[chunk], segment * SEGMENT, count);
        out.position(out.position() + count * Double.BYTES);
    }

    @Override
    public void arrive(int chunk, int segment, ByteBuffer in, @Nullable ByteBuffer onward) {
        in.asDoubleBuffer().get(byRank[chunk], segment * SEGMENT, in.remaining() / Double.BYTES);
        if (onward != null) {
            onward.put(in);
        }
    }

    double[] sum() {
        double[] sum = new double[length];
        for (double[] values : byRank) {
            for (int i = 0; i < length; i++) {
                sum[i] += values[i];
            }
        }
        return sum;
    }
}

package io.trimtab.merge.shard;

import java.util.Arrays;

/**
 * The sum of the squares of many floats. C2 of JDK 17 makes no vector instructions of floats that become doubles, so squares are added in float first, up to eight that lie
 * {@value #LANES} apart in a tile of the flat space, and these sums in double. Their rounding averages out: of a million values some 1e-10 of the sum is
 * left. Where a group begins and ends depends on places in the flat space alone, so shards that cut few of them add up to the same. Not thread safe.
 */
final class SquareSum {

    private static final int TILE = TensorPart.TILE;
    private static final int LANES = 1 << 9;

    /** Of a tile: squares that a float rounds to 0 are no part of anything larger. */
    private static final double SMALLEST = 0x1p-100;

    private final float divisor;
    private final float[] row = new float[LANES];
    private final float[] lanes = new float[LANES];

    /** @param divisor by which every value is divided first, in float */
    SquareSum(double divisor) {
        this.divisor = (float) divisor;
    }

    /**
     * Of a whole array.
     *
     * @param offset place of the first value in the flat space
     * @return not finite exactly when a quotient is not finite
     */
    double of(float[] values, long offset) {
        double sum = 0.0;
        for (int from = 0; from < values.length; ) {
            int place = (int) ((offset + from) % TILE);
            int to = Math.min(values.length, from + TILE - place);
            sum += ofTile(values, from, to, place);
            from = to;
        }
        return sum;
    }

    private double ofTile(float[] values, int from, int to, int place) {
        Arrays.fill(lanes, 0.0f);
        int lane = place % LANES;
        for (int start = from; start < to; ) {
            int length = Math.min(LANES - lane, to - start);
            if (length < LANES) {
                Arrays.fill(row, 0.0f);
            }
            System.arraycopy(values, start, row, lane, length);
            addSquares(row, lanes, divisor);
            start += length;
            lane = 0;
        }
        double sum = sum(lanes);
        return sum >= SMALLEST && sum < Double.POSITIVE_INFINITY ? sum : inDouble(values, from, to);
    }

    private static void addSquares(float[] row, float[] lanes, float divisor) {
        for (int i = 0; i < LANES; i++) {
            float quotient = row[i] / divisor;
            lanes[i] += quotient * quotient;
        }
    }

    /** Four sums side by side: one alone waits for its own addition at every element. */
    private static double sum(float[] lanes) {
        double a = 0.0;
        double b = 0.0;
        double c = 0.0;
        double d = 0.0;
        for (int i = 0; i < LANES; i += 4) {
            a += lanes[i];
            b += lanes[i + 1];
            c += lanes[i + 2];
            d += lanes[i + 3];
        }
        return (a + b) + (c + d);
    }

    private double inDouble(float[] values, int from, int to) {
        double sum = 0.0;
        for (int i = from; i < to; i++) {
            double quotient = values[i] / divisor;
            sum += quotient * quotient;
        }
        return sum;
    }
}

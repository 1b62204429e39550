package io.trimtab.merge.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SquareSumTest {

    private static final int SIZE = 1_000_003;

    /** From gradients that vanish to those that a float's square cannot hold. */
    @ParameterizedTest
    @ValueSource(floats = {1e-30f, 1e-20f, 3e-16f, 1e-8f, 1.0f, 1e10f, 1e25f})
    void isAsGoodAsASumOfDoubles(float scale) {
        float[] values = gaussians(scale);
        double expected = 0.0;
        for (float value : values) {
            double quotient = value / 3.0f;
            expected += quotient * quotient;
        }
        assertThat(new SquareSum(3.0).of(values, 0)).isCloseTo(expected, withPercentage(1e-7));
    }

    /** Cut as the shards of other numbers of ranks are, a sum differs by no more than doubles do. */
    @Test
    void doesNotDependOnWhereShardsAreCut() {
        float[] values = gaussians(0.02f);
        double whole = new SquareSum(7.0).of(values, 0);
        for (int ranks = 2; ranks < 8; ranks++) {
            double sum = 0.0;
            for (int rank = 0; rank < ranks; rank++) {
                Range range = Range.part(SIZE, rank, ranks);
                float[] part = Arrays.copyOfRange(values, (int) range.start(), (int) range.end());
                sum += new SquareSum(7.0).of(part, range.start());
            }
            assertThat(sum).isCloseTo(whole, withPercentage(1e-8));
        }
    }

    @Test
    void takesEveryPlaceOnce() {
        for (int length : new int[] {0, 1, 511, 512, 513, 4096, 9000}) {
            for (long offset : new long[] {0, 1, 511, 4095, 1L << 40}) {
                float[] ones = new float[length];
                Arrays.fill(ones, 2.0f);
                assertThat(new SquareSum(1.0).of(ones, offset)).isEqualTo(4.0 * length);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void isNotFiniteWhereAValueIsNot(float value) {
        float[] values = gaussians(1e-3f);
        values[SIZE / 2] = value;
        assertThat(new SquareSum(1.0).of(values, 12345)).isNotFinite();
        values[SIZE / 2] = Float.MAX_VALUE;
        assertThat(new SquareSum(1.0).of(values, 12345)).isFinite();
    }

    private static float[] gaussians(float scale) {
        Random random = new Random(3);
        float[] values = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            values[i] = (float) random.nextGaussian() * scale;
        }
        return values;
    }
}

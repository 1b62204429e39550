package io.trimtab.merge.vector;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.merge.consensus.SignVote;
import io.trimtab.merge.consensus.TileSum;
import io.trimtab.merge.shard.Entries;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors against the loops that do without them; the tests of this module run with the incubating one. */
class VectorLoopsTest {

    private static final int FROM = 37;
    private static final int MAGNITUDE = 0x7fffffff;

    private final VectorLoops loops = requireNonNull(VectorLoops.create(), "no vectors in this JVM");

    /** Lengths of whole vectors and others; bands with many values, few, none, and all but zeros. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 31, 32, 33, 1000, 4096})
    void scanFindsTheBand(int length) {
        float[] values = draw(new Random(length), FROM + length + 50);
        int[] inside = new int[length + 1];
        for (float[] band : new float[][] {{1e-3f, 2e-3f}, {1.0f, 1.001f}, {3e38f, 3.1e38f}, {0.0f, 3.4e38f}}) {
            int low = Math.max(1, Float.floatToRawIntBits(band[0]));
            int high = Float.floatToRawIntBits(band[1]);
            int count = loops.scan(values, FROM, FROM + length, low, high, inside);
            int[] expected = IntStream.range(FROM, FROM + length)
                    .filter(i -> bits(values[i]) >= low && bits(values[i]) < high)
                    .toArray();
            assertThat(IntStream.of(inside).limit(count))
                    .containsExactly(IntStream.of(expected).boxed().toArray(Integer[]::new));
            assertThat(loops.above()).isEqualTo((int) IntStream.range(FROM, FROM + length)
                    .filter(i -> bits(values[i]) >= high)
                    .count());
        }
    }

    /** Bit for bit, signs of zeros included: values of any size up to 2^120, subnormals, zeros of both signs, exact opposites. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void voteIsThatOfTheTileSum(boolean weighted) {
        Random random = new Random(7);
        for (int length : new int[] {1, 15, 16, 17, 1000, 4096}) {
            float[] weights = draw(random, FROM + length + 50);
            float[] delta = draw(random, weights.length);
            float[] tau = new float[length];
            for (int i = 0; i < length; i++) {
                tau[i] = random.nextInt(4) == 0 ? -delta[FROM + i] : random.nextBoolean() ? draw(random) : 0.0f;
            }
            for (double alpha : new double[] {0.0, 1e-7, 0.3, 0.5, 1.0}) {
                for (int smallest : new int[] {0, 1, bits(1e-30f), bits(1e-3f), bits(delta[FROM])}) {
                    SignVote vote = new SignVote(alpha, weighted);
                    float[] moved = weights.clone();
                    vote.addTo(loops, moved, delta, FROM, FROM + length, tau, smallest);
                    float[] expected = weights.clone();
                    new TileSum().add(vote, expected, delta, FROM, FROM + length, entries(tau), smallest);
                    for (int i = 0; i < moved.length; i++) {
                        assertThat(Float.floatToRawIntBits(moved[i]))
                                .as("entry %d of %d: weight %s, delta %s", i, length, weights[i], delta[i])
                                .isEqualTo(Float.floatToRawIntBits(expected[i]));
                    }
                }
            }
        }
    }

    /** What JDK 17 says of itself as it is, with its first compiler only, without any, and with another one. */
    @Test
    void onlyTheSecondCompilerMakesVectors() {
        assertThat(Loader.compiles("mixed mode, sharing", "17.0.15+6")).isTrue();
        assertThat(Loader.compiles("mixed mode, emulated-client, sharing", "17.0.15+6"))
                .isFalse();
        assertThat(Loader.compiles("interpreted mode", "17.0.15+6")).isFalse();
        assertThat(Loader.compiles("mixed mode", "17.0.7+7-jvmci-22.3-b18")).isFalse();
    }

    private static Entries entries(float[] tau) {
        Entries entries = new Entries();
        int count = 0;
        for (int i = 0; i < tau.length; i++) {
            if (tau[i] != 0.0f) {
                entries.places()[count] = i;
                entries.values()[count++] = tau[i];
            }
        }
        entries.fill(count);
        return entries;
    }

    private static int bits(float value) {
        return Float.floatToRawIntBits(value) & MAGNITUDE;
    }

    private static float[] draw(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = draw(random);
        }
        return values;
    }

    private static float draw(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextBoolean() ? 0.0f : -0.0f;
            case 1 -> (float) random.nextGaussian() * 1e-3f;
            case 2 -> (float) random.nextGaussian();
            case 3 -> random.nextInt(-5, 6) * Float.MIN_VALUE;
            default -> Math.scalb((float) random.nextGaussian(), random.nextInt(-140, 118));
        };
    }
}

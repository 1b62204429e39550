package io.trimtab.merge.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.merge.shard.Entries;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sums of whole tiles against one entry after the other. */
class TileSumTest {

    private static final int FROM = 300;
    private static final int LENGTH = 1000;

    static Stream<Arguments> grid() {
        return Stream.of(new WeightedSum(0.25), new SignVote(0.25, true), new SignVote(0.25, false), new StepAlone())
                .flatMap(consensus -> Stream.of(1.0f, 1e-6f, 1e-17f, 1e-25f, 1e-41f)
                        .flatMap(size ->
                                Stream.of(0.0, 0.3, 1.0).map(tauShare -> Arguments.of(consensus, size, tauShare))));
    }

    /** Borders at every place among steps from large ones to those that are no normal floats: what lies below one counts for 0. */
    @ParameterizedTest(name = "{0}, steps of {1}, tau in {2}")
    @MethodSource("grid")
    void addsWhatCounts(Consensus consensus, float size, double tauShare) {
        Random random = new Random(5);
        float[] weights = gaussians(random, 0.1f);
        float[] delta = gaussians(random, size);
        float[] taus = gaussians(random, size);
        for (int i = 0; i < taus.length; i++) {
            taus[i] = random.nextDouble() < tauShare ? taus[i] : 0.0f;
        }
        int[] magnitudes = new int[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            magnitudes[i] = magnitude(delta[FROM + i]);
        }
        Arrays.sort(magnitudes);
        for (int smallest : new int[] {0, magnitudes[1], magnitudes[500], magnitudes[900], magnitudes[999]}) {
            float[] moved = weights.clone();
            new TileSum().add(consensus, moved, delta, FROM, FROM + LENGTH, entries(taus), smallest);
            for (int i = 0; i < weights.length; i++) {
                float expected = weights[i];
                if (i >= FROM && i < FROM + LENGTH) {
                    float kept = magnitude(delta[i]) < smallest ? 0.0f : delta[i];
                    expected += sum(consensus, taus[i], kept);
                }
                assertThat(moved[i]).as("entry " + i).isEqualTo(expected);
            }
        }
    }

    private static float sum(Consensus consensus, float tau, float delta) {
        if (tau == 0.0f) {
            return consensus.stepShare() * delta;
        }
        float[] sum = new float[1];
        consensus.sum(new float[] {tau}, new float[] {delta}, 1, sum);
        return sum[0];
    }

    private static Entries entries(float[] taus) {
        Entries entries = new Entries();
        int count = 0;
        for (int i = 0; i < LENGTH; i++) {
            if (taus[FROM + i] != 0.0f) {
                entries.places()[count] = i;
                entries.values()[count++] = taus[FROM + i];
            }
        }
        entries.fill(count);
        return entries;
    }

    private static int magnitude(float value) {
        return Float.floatToRawIntBits(value) & 0x7fffffff;
    }

    private static float[] gaussians(Random random, float size) {
        float[] values = new float[FROM + LENGTH + 100];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() * size;
        }
        return values;
    }
}

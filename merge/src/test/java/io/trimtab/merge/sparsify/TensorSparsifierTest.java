package io.trimtab.merge.sparsify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TensorSparsifierTest {

    private static final long SEED = 7;

    @ParameterizedTest
    @CsvSource({
        "1000, 0.3, 0.0",
        "1000, 0.3, 0.1",
        "1000, 0.001, 0.5",
        "1000, 0.95, 0.2",
        "1000, 0.0005, 0.01",
        "7, 0.5, 0.3",
        "1, 0.5, 0.0"
    })
    void bandIsThatOfASort(int entries, double density, double gamma) {
        float[] tensor = tensor(entries);
        float[] sorted = gamma == 0 ? largestBySort(tensor, density) : bandBySort(tensor, density, gamma);

        for (int pieceLength : new int[] {entries, 64, 1}) {
            TensorSparsifier band = gamma == 0
                    ? MagnitudeBand.largest(density, entries, Rescale.NONE)
                    : MagnitudeBand.belowOutliers(density, gamma, entries, Rescale.NONE);
            assertThat(Sparsified.of(tensor, band, pieceLength)).isEqualTo(sorted);
        }
    }

    @Test
    void outliersDropBeforeTheBand() {
        // methods.md: n = 10, magnitudes .1 to 1.0, density .7, gamma .1 keeps indices 2 to 8.
        float[] tensor = new float[10];
        for (int i = 0; i < 10; i++) {
            tensor[i] = (i + 1) / 10.0f;
        }
        float[] kept = tensor.clone();
        kept[0] = kept[1] = kept[9] = 0.0f;

        assertThat(Sparsified.of(tensor, MagnitudeBand.belowOutliers(0.7, 0.1, 10, Rescale.NONE), 10))
                .isEqualTo(kept);
    }

    @Test
    void ofEqualMagnitudesTheFirstCountAsLarger() {
        float[] tensor = {1, -1, 1, -1, 1, -1};

        assertThat(Sparsified.of(tensor, MagnitudeBand.largest(0.5, 6, Rescale.NONE), 4))
                .containsExactly(1, -1, 1, 0, 0, 0);
        assertThat(Sparsified.of(tensor, MagnitudeBand.belowOutliers(0.5, 0.2, 6, Rescale.NONE), 4))
                .containsExactly(0, -1, 1, -1, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 64, 1000})
    void masksDoNotDependOnThePieces(int pieceRows) {
        float[] tensor = tensor(5000);

        assertThat(Sparsified.of(tensor, random(0.3, Rescale.L1), 5 * pieceRows))
                .isEqualTo(Sparsified.of(tensor, random(0.3, Rescale.L1), 5000));
        assertThat(Sparsified.of(tensor, ranked(0.4, Rescale.L1), 5 * pieceRows))
                .isEqualTo(Sparsified.of(tensor, ranked(0.4, Rescale.L1), 5000));
    }

    @Test
    void inverseDensityKeepsTheMeanAndL1TheSumOfMagnitudes() {
        float[] ones = new float[200_000];
        Arrays.fill(ones, 1.0f);
        float[] published = Sparsified.of(ones, random(0.2, Rescale.INVERSE_DENSITY), 1 << 12);
        float[] l1 = Sparsified.of(tensor(200_000), random(0.2, Rescale.L1), 1 << 12);

        assertThat(IntStream.range(0, ones.length)
                        .mapToDouble(i -> published[i])
                        .distinct()
                        .sorted())
                .containsExactly(0.0, 5.0);
        assertThat(sum(published) / ones.length).isCloseTo(1.0, within(5 * 2.0 / Math.sqrt(ones.length)));
        assertThat(sum(l1)).isCloseTo(sum(tensor(200_000)), within(1e-5 * sum(l1)));
    }

    @Test
    void modelsAndTensorsAndSeedsHaveMasksOfTheirOwn() {
        float[] tensor = tensor(1000);
        float[] one = Sparsified.of(tensor, RandomEntries.of(0.5, Rescale.NONE, SEED, 1, 0), 1000);

        assertThat(Sparsified.of(tensor, RandomEntries.of(0.5, Rescale.NONE, SEED, 1, 0), 1000))
                .isEqualTo(one);
        assertThat(Sparsified.of(tensor, RandomEntries.of(0.5, Rescale.NONE, SEED, 2, 0), 1000))
                .isNotEqualTo(one);
        assertThat(Sparsified.of(tensor, RandomEntries.of(0.5, Rescale.NONE, SEED, 1, 1), 1000))
                .isNotEqualTo(one);
        assertThat(Sparsified.of(tensor, RandomEntries.of(0.5, Rescale.NONE, SEED + 1, 1, 0), 1000))
                .isNotEqualTo(one);
    }

    @Test
    void largerEntriesOfARowAreKeptMoreOften() {
        // methods.md: row [.1, -.4, .2, .3], density .5, epsilon .15: probabilities [.35, .65, .45, .55].
        int rows = 40_000;
        float[] tensor = new float[4 * rows];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(new float[] {0.1f, -0.4f, 0.2f, 0.3f}, 0, tensor, 4 * row, 4);
        }
        float[] kept = Sparsified.of(tensor, RankedEntries.of(0.5, 0.15, 4, Rescale.NONE, SEED, 1, 0), 4 * 1000);
        float[] published =
                Sparsified.of(tensor, RankedEntries.of(0.5, 0.15, 4, Rescale.INVERSE_DENSITY, SEED, 1, 0), 4 * 1000);

        double[] probabilities = {0.35, 0.65, 0.45, 0.55};
        for (int column = 0; column < 4; column++) {
            int place = column;
            long count = IntStream.range(0, rows)
                    .filter(row -> kept[4 * row + place] != 0)
                    .count();
            assertThat(count / (double) rows).isCloseTo(probabilities[column], within(5 * 0.5 / Math.sqrt(rows)));
            int first = IntStream.range(0, rows)
                    .filter(row -> published[4 * row + place] != 0)
                    .findFirst()
                    .orElseThrow();
            assertThat(published[4 * first + column] / tensor[column])
                    .isCloseTo((float) (1 / probabilities[column]), within(1e-5f));
        }
    }

    @Test
    void anEmptyRemainderIsNotRescaled() {
        float[] nothing = new float[10];

        assertThat(Sparsified.of(nothing, random(0.5, Rescale.L1), 10)).isEqualTo(nothing);
        assertThat(Sparsified.of(new float[0], MagnitudeBand.largest(0.5, 0, Rescale.L1), 1))
                .isEmpty();
    }

    private static TensorSparsifier random(double density, Rescale rescale) {
        return RandomEntries.of(density, rescale, SEED, 1, 0);
    }

    private static TensorSparsifier ranked(double density, Rescale rescale) {
        return RankedEntries.of(density, 0.1, 5, rescale, SEED, 1, 0);
    }

    private static float[] largestBySort(float[] tensor, double density) {
        int kept = Math.max(1, (int) (density * tensor.length));
        return keep(tensor, tensor.length - kept, tensor.length);
    }

    private static float[] bandBySort(float[] tensor, double density, double gamma) {
        int kept = (int) (density * tensor.length);
        int below = Math.max(0, tensor.length - kept - (int) (gamma * tensor.length));
        return keep(tensor, below, below + kept);
    }

    /** Positions in ascending order of magnitude, of equal ones the later first. */
    private static float[] keep(float[] tensor, int from, int to) {
        float[] result = new float[tensor.length];
        IntStream.range(0, tensor.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> Math.abs(tensor[i]))
                        .thenComparing(Comparator.reverseOrder()))
                .skip(from)
                .limit(to - from)
                .forEach(i -> result[i] = tensor[i]);
        return result;
    }

    /** Coarse values, so that many magnitudes are equal. */
    private static float[] tensor(int entries) {
        Random random = new Random(SEED);
        float[] tensor = new float[entries];
        for (int i = 0; i < entries; i++) {
            tensor[i] = Math.round(random.nextGaussian() * 100) / 100.0f;
        }
        return tensor;
    }

    private static double sum(float[] tensor) {
        return IntStream.range(0, tensor.length)
                .mapToDouble(i -> Math.abs(tensor[i]))
                .sum();
    }
}

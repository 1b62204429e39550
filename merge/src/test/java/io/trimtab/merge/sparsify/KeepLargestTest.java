package io.trimtab.merge.sparsify;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.merge.Ranks;
import io.trimtab.merge.allreduce.Solo;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.merge.shard.Shard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeepLargestTest {

    /** How values are drawn: few distinct ones make ties, wide ones use every bit of a float, subnormals included. */
    enum Values {
        GAUSSIAN,
        FEW_DISTINCT,
        ALL_EQUAL,
        MOSTLY_ZERO,
        ANY_BITS;

        float draw(Random random) {
            return switch (this) {
                case GAUSSIAN -> (float) random.nextGaussian();
                case FEW_DISTINCT -> random.nextInt(-3, 4);
                case ALL_EQUAL -> random.nextBoolean() ? 1e-3f : -1e-3f;
                case MOSTLY_ZERO -> random.nextInt(10) == 0 ? (float) random.nextGaussian() : 0.0f;
                case ANY_BITS -> anyFinite(random);
            };
        }

        private static float anyFinite(Random random) {
            float value = Float.NaN;
            while (!Float.isFinite(value)) {
                value = Float.intBitsToFloat(random.nextInt());
            }
            return value;
        }
    }

    static Stream<Arguments> grid() {
        List<Arguments> grid = new ArrayList<>();
        for (Values values : Values.values()) {
            for (int ranks : new int[] {1, 2, 3, 5}) {
                for (double density : new double[] {0.003, 0.1, 0.5, 0.999, 1.0}) {
                    grid.add(Arguments.of(values, ranks, density));
                }
            }
        }
        return grid.stream();
    }

    @ParameterizedTest(name = "{0}, {1} ranks, density {2}")
    @MethodSource("grid")
    void keepsWhatAStableSortKeeps(Values kind, int ranks, double density) throws Exception {
        int[] lengths = {400, 1, 0, 90, 7, 300};
        ParameterLayout layout = layout(lengths);
        float[] values = draw(kind, (int) layout.size());
        float[] expected = values.clone();
        for (ParameterLayout.Tensor tensor : layout.tensors()) {
            keepBySorting(expected, (int) tensor.offset(), (int) tensor.length(), density);
        }
        float[] kept = new float[values.length];
        Ranks.run(ranks, collective -> {
            Shard shard = Shard.zeros(layout.shardLayout(collective.rank(), ranks));
            shard.readFrom((offset, target, at, length) -> System.arraycopy(values, (int) offset, target, at, length));
            KeepLargest.of(tensor -> density, shard.layout(), collective).apply(shard);
            shard.read(shard.range().start(), kept, (int) shard.range().start(), (int)
                    shard.range().length());
            return shard;
        });
        assertThat(kept).isEqualTo(expected);
    }

    @Test
    void tensorOfFewerThanOneKeptEntryStaysDense() {
        assertThat(keep(new float[] {3.0f, -1.0f, 2.0f}, 0.3)).containsExactly(3.0f, -1.0f, 2.0f);
    }

    @Test
    void tiesGoToTheLowestIndex() {
        assertThat(keep(new float[] {1.0f, -2.0f, 2.0f, -1.0f, 1.0f, 1.0f}, 0.67))
                .containsExactly(1.0f, -2.0f, 2.0f, -1.0f, 0.0f, 0.0f);
    }

    @Test
    void medianOfMagnitudesIsExactOnAnyNumberOfRanks() throws Exception {
        float[] values = draw(Values.GAUSSIAN, 801);
        float[] magnitudes = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            magnitudes[i] = Math.abs(values[i]);
        }
        Arrays.sort(magnitudes);
        for (int ranks : new int[] {1, 2, 3}) {
            List<Float> medians = Ranks.run(ranks, collective -> {
                Shard shard = Shard.zeros(layout(values.length).shardLayout(collective.rank(), ranks));
                shard.readFrom(
                        (offset, target, at, length) -> System.arraycopy(values, (int) offset, target, at, length));
                return Magnitudes.median(shard, collective);
            });
            assertThat(medians).containsOnly(magnitudes[400]);
        }
    }

    /**
     * Values that drift, jump, are mostly 0, or are nearly all alike, looked at as they are made, by several threads: whether the border is found near the last one or among all makes no
     * difference.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void lookingAheadChangesNothing(int ranks) throws Exception {
        ParameterLayout layout = layout(9_000, 3, 20_000, 0, 5_000);
        float[][] steps = new float[9][];
        Random random = new Random(3);
        for (int step = 0; step < steps.length; step++) {
            double size = step == 5 ? 40.0 : 1.0 + 0.01 * step;
            steps[step] = new float[(int) layout.size()];
            for (int i = 0; i < steps[step].length; i++) {
                steps[step][i] = (float) (size * random.nextGaussian());
                if (i >= 29_003) {
                    steps[step][i] = random.nextInt(step < 7 ? 20 : 3) == 0 ? steps[step][i] : 0.0f;
                } else if (i > 27_000) {
                    steps[step][i] = random.nextInt(-3, 4) * 0.5f;
                }
            }
        }
        float[][] kept = new float[steps.length][(int) layout.size()];
        Ranks.run(ranks, collective -> {
            Shard shard = Shard.zeros(layout.shardLayout(collective.rank(), ranks));
            KeepLargest largest = KeepLargest.of(tensor -> 0.15, shard.layout(), collective);
            for (int step = 0; step < steps.length; step++) {
                float[] values = steps[step];
                shard.readFrom(
                        (offset, target, at, length) -> System.arraycopy(values, (int) offset, target, at, length));
                shard.layout().parts().parallelStream()
                        .forEach(part -> part.tiles().forEach(tile -> largest.watch(shard, tile)));
                largest.apply(shard);
                shard.read(
                        shard.range().start(), kept[step], (int) shard.range().start(), (int)
                                shard.range().length());
            }
            return shard;
        });
        for (int step = 0; step < steps.length; step++) {
            for (ParameterLayout.Tensor tensor : layout.tensors()) {
                keepBySorting(steps[step], (int) tensor.offset(), (int) tensor.length(), 0.15);
            }
            assertThat(kept[step]).as("step " + step).isEqualTo(steps[step]);
        }
    }

    private static float[] keep(float[] values, double density) {
        Shard shard = Shard.zeros(layout(values.length).shardLayout(0, 1));
        shard.write(0, values, 0, values.length);
        KeepLargest.of(tensor -> density, shard.layout(), new Solo()).apply(shard);
        return shard.block(0);
    }

    private static void keepBySorting(float[] values, int offset, int length, double density) {
        int keep = (int) (density * length);
        if (keep < 1 || density >= 1.0) {
            return;
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            order.add(offset + i);
        }
        order.sort(Comparator.comparingDouble(i -> -Math.abs((double) values[i])));
        for (int i : order.subList(keep, length)) {
            values[i] = 0.0f;
        }
    }

    private static float[] draw(Values kind, int count) {
        Random random = new Random(11);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = kind.draw(random);
        }
        return values;
    }

    private static ParameterLayout layout(int... lengths) {
        List<ParameterLayout.Tensor> tensors = new ArrayList<>();
        long offset = 0;
        for (int length : lengths) {
            tensors.add(new ParameterLayout.Tensor(tensors.size(), "tensor", offset, length));
            offset += length;
        }
        return new ParameterLayout(tensors);
    }

    /** More entries between two neighbouring powers of two than are ever taken out of a tensor. */
    @Test
    void borderAmongMoreThanAMillionCandidatesIsExact() throws Exception {
        int size = 3 << 20;
        float[] values = new float[size];
        Random random = new Random(3);
        for (int i = 0; i < size; i++) {
            values[i] = 1.0f + (random.nextInt(1 << 16) << 4) * 0x1p-23f;
        }
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        ParameterLayout layout = new ParameterLayout(List.of(new ParameterLayout.Tensor(0, "all", 0, size)));
        Shard shard = Shard.zeros(layout.shardLayout(0, 1));
        shard.write(0, values, 0, size);
        KeepLargest.of(tensor -> 0.25, shard.layout(), new Solo()).apply(shard);
        assertThat(shard.countOfNonZeros()).isEqualTo(size / 4);
        float border = sorted[size - size / 4];
        float[] kept = new float[size];
        shard.read(0, kept, 0, size);
        for (int i = 0; i < size; i++) {
            assertThat(values[i] < border && kept[i] != 0.0f).isFalse();
            assertThat(values[i] > border && kept[i] != values[i]).isFalse();
        }
    }
}

package io.trimtab.merge.sparsify;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.merge.shard.Entries;
import io.trimtab.merge.shard.TensorPart;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomMasksTest {

    /** Row by row and entry by entry: the same mask, wherever a tile begins and ends. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-4, 0.01, 0.3, 0.75, 0.999, 1.0})
    void survivorsOfATileAreThoseOfTheMask(double density) {
        RandomMasks masks = new RandomMasks(tensor -> density, true, 42);
        for (int length : new int[] {1, 255, 256, 1000, TensorPart.TILE}) {
            for (long element : new long[] {0, 7, 3_000_000_001L}) {
                TensorPart tile = new TensorPart(9, element, 0, 0, length);
                float[] expected = new float[length];
                Arrays.fill(expected, 3.0f);
                masks.apply(expected, 0, tile, 11);
                assertThat(survivors(masks, tile)).isEqualTo(expected);
            }
        }
    }

    private static float[] survivors(RandomMasks masks, TensorPart tile) {
        Entries entries = new Entries();
        masks.survivors(tile, 11, entries);
        float[] kept = new float[tile.length()];
        for (int i = 0; i < entries.count(); i++) {
            kept[entries.places()[i]] += 3.0f * masks.scale(tile.tensor());
        }
        return kept;
    }
}

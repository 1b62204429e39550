package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.model.batch.PackedBatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A tensor beyond 2 GiB is several blocks for Java. With blocks of a few entries every tensor of a tiny model is, so that reads and writes
 * cross their borders everywhere.
 */
class LargeTensorsTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 64})
    void blocksOfAnySizeHoldTheSameModel(long block) {
        OnDevice.assumeOneOrderOfAdding();
        PackedBatch batch = PackedBatch.of(Tiny.pairs(3, 5));
        try (Policy whole = policy(1 << 20, Precision.FP32);
                Policy blocks = policy(block, Precision.FP32)) {
            for (Policy policy : List.of(whole, blocks)) {
                policy.backward(policy.forward(batch), Tiny.derivatives(batch.sequences()));
            }
            assertThat(blocks.logProbs(batch)).isEqualTo(whole.logProbs(batch));
            assertThat(weights(blocks, true)).isEqualTo(weights(whole, true));
            assertThat(weights(blocks, false)).isEqualTo(weights(whole, false));
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void writesCrossBlocksInBothPrecisions(Precision precision) {
        try (Policy policy = policy(5, precision)) {
            float[] numbers = new float[23];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = i;
            }
            policy.writeWeights(0, 3, numbers, 0, 23);
            float[] read = new float[25];
            policy.readWeights(0, 2, read, 0, 25);
            assertThat(read).contains(numbers);
            assertThat(read[1]).isZero();
            assertThat(read[23]).isEqualTo(22);
        }
    }

    /** Three blocks' worth of entries of the real size are counted in longs, and their places do not wrap around. */
    @Test
    void anEmbeddingMayHaveMoreEntriesThanAnIntCounts() {
        ModelArchitecture large =
                ModelArchitecture.llama(3_000_000, 1024, 8, 1, 1, 1, 4, 8, 1e4, 1e-5, true, 0.02, 1, List.of(2));
        assertThat(large.tensors().get(0).elements()).isEqualTo(3_072_000_000L);
        assertThat(large.parameters()).isGreaterThan(3_072_000_000L);
    }

    private static List<Float> weights(Policy policy, boolean gradients) {
        List<Float> all = new ArrayList<>();
        for (TensorSpec tensor : policy.tensors()) {
            float[] part = new float[Math.toIntExact(tensor.elements())];
            if (gradients) {
                policy.readGradients(tensor.id(), 0, part, 0, part.length);
            } else {
                policy.readWeights(tensor.id(), 0, part, 0, part.length);
            }
            for (float weight : part) {
                all.add(weight);
            }
        }
        return all;
    }

    private static Policy policy(long block, Precision precision) {
        return Policy.of(
                Tiny.architecture(true),
                new InitialWeights(Tiny.architecture(true), 3),
                OnDevice.training(1).withPrecision(precision),
                LogProbHead.DEFAULT_BUDGET,
                block);
    }
}

package io.trimtab.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.model.ForwardPass;
import io.trimtab.model.Policy;
import io.trimtab.model.TensorSpec;
import io.trimtab.model.batch.PackedBatch;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PolicyMemoryTest {

    private final Policy policy = RandomWorld.policy();
    private final PolicyMemory memory = new PolicyMemory(policy);
    private final int size = Math.toIntExact(memory.layout().size());

    @AfterEach
    void close() {
        policy.close();
    }

    @Test
    void laysTheTensorsBehindEachOtherInIdOrder() {
        assertThat(memory.layout().size()).isEqualTo(policy.architecture().parameters());
        assertThat(memory.layout().tensors())
                .extracting(ParameterLayout.Tensor::name)
                .containsExactlyElementsOf(
                        policy.tensors().stream().map(TensorSpec::name).toList());
    }

    @Test
    void readsARangeThatSpansManyTensors() {
        float[] whole = new float[size];
        for (TensorSpec tensor : policy.tensors()) {
            ParameterLayout.Tensor place = memory.layout().tensors().get(tensor.id());
            policy.readWeights(tensor.id(), 0, whole, Math.toIntExact(place.offset()), Math.toIntExact(place.length()));
        }
        int from = 300;
        float[] piece = new float[size - 2 * from + 5];

        memory.readWeights(from, piece, 5, size - 2 * from);

        assertThat(Arrays.copyOfRange(piece, 5, piece.length)).isEqualTo(Arrays.copyOfRange(whole, from, size - from));
        assertThat(Arrays.copyOf(piece, 5)).containsOnly(0f);
    }

    @Test
    void writesWhatItReads() {
        float[] numbers = new float[size];
        for (int i = 0; i < size; i++) {
            numbers[i] = i;
        }
        memory.writeWeights(0, numbers, 0, size);
        memory.writeWeights(100, new float[] {-1, -2, -3}, 1, 2);
        float[] read = new float[size];
        memory.readWeights(0, read, 0, size);

        numbers[100] = -2;
        numbers[101] = -3;
        assertThat(read).isEqualTo(numbers);
    }

    @Test
    void gradientsAddUpUntilTheyAreZeroed() {
        float[] once = gradientAfterBackward();
        float[] twice = gradientAfterBackward();
        memory.zeroGradients();
        float[] zeroed = new float[size];
        memory.readGradients(0, zeroed, 0, size);

        assertThat(once).isNotEqualTo(zeroed);
        for (int i = 0; i < size; i++) {
            assertThat(twice[i]).isCloseTo(2 * once[i], within(1e-5f));
        }
        assertThat(zeroed).containsOnly(0f);
    }

    @Test
    void refusesARangeOutsideTheModel() {
        assertThatThrownBy(() -> memory.readWeights(size - 1, new float[2], 0, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Range of parameters is outside the model: " + (size - 1) + " to " + (size + 1) + " of "
                        + size);
    }

    private float[] gradientAfterBackward() {
        PackedBatch batch = PackedBatch.of(RandomWorld.pairs(1));
        ForwardPass pass = policy.forward(batch);
        policy.backward(pass, new double[] {-0.5, 0.5});
        float[] gradient = new float[size];
        memory.readGradients(0, gradient, 0, size);
        return gradient;
    }
}

package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.data.Example;
import io.trimtab.model.batch.MicroBatches;
import io.trimtab.model.batch.PackedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradientTest {

    private static final List<Example> PAIRS = Tiny.pairs(5, 1);

    /** Central differences of the weighted sum of log-probs; the relative error allowed is 1e-6. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void gradientsAgreeWithFiniteDifferences(boolean tied) {
        try (Policy policy = Tiny.policy(tied, Tiny.doubles())) {
            List<Example> rows = new ArrayList<>(PAIRS);
            rows.add(Tiny.text(3, 1, 4, 1, 5, 9, 2, 6));
            PackedBatch batch = PackedBatch.of(rows);
            double[] derivatives = Tiny.derivatives(batch.sequences());
            policy.backward(policy.forward(batch), derivatives);
            SplittableRandom random = new SplittableRandom(7);
            for (TensorSpec tensor : policy.tensors()) {
                for (int k = 0; k < 6; k++) {
                    requireFiniteDifference(policy, batch, derivatives, tensor, random.nextLong(tensor.elements()));
                }
            }
        }
    }

    /** The head's gradient is made for so many words at a time: here for two parts, with rows that predict the words on their borders. */
    @Test
    void aHeadInSeveralPartsAgreesWithFiniteDifferences() {
        int border = (int) (LogProbHead.AT_ONCE / 24) + 1;
        int words = border + 1000;
        ModelArchitecture large =
                ModelArchitecture.llama(words, 24, 40, 1, 4, 2, 8, 128, 10000, 1e-5, false, 0.02, 1, List.of(2));
        try (Policy policy = Tiny.policy(large, Tiny.doubles(), LogProbHead.DEFAULT_BUDGET)) {
            int[] predicted = {border - 1, border, words - 1, 0};
            PackedBatch batch = PackedBatch.of(List.of(Tiny.text(3, border - 1, border, words - 1, 0)));
            double[] derivatives = Tiny.derivatives(batch.sequences());
            policy.backward(policy.forward(batch), derivatives);
            TensorSpec head = policy.tensors().stream()
                    .filter(tensor -> tensor.name().equals(ModelArchitecture.HEAD))
                    .findFirst()
                    .orElseThrow();
            for (int word : predicted) {
                requireFiniteDifference(policy, batch, derivatives, head, 24L * word + 5);
            }
        }
    }

    private static void requireFiniteDifference(
            Policy policy, PackedBatch batch, double[] derivatives, TensorSpec tensor, long index) {
        double step = 1e-4;
        double weight = policy.weights(tensor.id()).get(index);
        // Five points: the error is of order step^4.
        double[] offsets = {-2, -1, 1, 2};
        double[] factors = {1, -8, 8, -1};
        double difference = 0;
        for (int i = 0; i < offsets.length; i++) {
            policy.weights(tensor.id()).set(index, weight + offsets[i] * step);
            difference += factors[i] * weighted(policy.logProbs(batch), derivatives) / (12 * step);
        }
        policy.weights(tensor.id()).set(index, weight);
        double gradient = policy.gradients(tensor.id()).get(index);
        assertThat(gradient)
                .as("entry %d of %s", index, tensor)
                .isCloseTo(difference, within(1e-6 * Math.max(0.1, Math.abs(gradient))));
    }

    private static double weighted(double[] values, double[] factors) {
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += values[i] * factors[i];
        }
        return sum;
    }

    @Test
    void splittingIntoMicroBatchesChangesNothing() {
        try (Policy policy = Tiny.policy(true, Tiny.doubles())) {
            double[] whole = gradients(policy, List.of(PAIRS));
            double[] split = gradients(policy, MicroBatches.split(PAIRS, 100));
            assertClose(split, whole, 1e-11);
        }
    }

    @Test
    void activationCheckpointingGivesTheSameBits() {
        OnDevice.assumeOneOrderOfAdding();
        double[] plain;
        try (Policy policy = Tiny.policy(true, OnDevice.training(1))) {
            plain = gradients(policy, List.of(PAIRS));
        }
        PolicyOptions options = OnDevice.training(1).withActivationCheckpointing(true);
        try (Policy policy = Tiny.policy(true, options)) {
            assertThat(gradients(policy, List.of(PAIRS))).isEqualTo(plain);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void chunkedHeadAgreesWithTheWholeOne(boolean tied) {
        double[] whole;
        double[] logProbs;
        try (Policy policy = Tiny.policy(tied, Tiny.doubles())) {
            whole = gradients(policy, List.of(PAIRS));
            logProbs = policy.logProbs(PackedBatch.of(PAIRS));
        }
        long budgetOfSevenRows = 7 * Tiny.WORDS;
        try (Policy policy = Tiny.policy(tied, Tiny.doubles(), budgetOfSevenRows)) {
            assertClose(gradients(policy, List.of(PAIRS)), whole, 1e-11);
            assertClose(policy.logProbs(PackedBatch.of(PAIRS)), logProbs, 1e-11);
        }
    }

    @Test
    void chunksAndCheckpointsTogetherAgreeWithThePlainPass() {
        double[] plain;
        try (Policy policy = Tiny.policy(false, Tiny.doubles())) {
            plain = gradients(policy, List.of(PAIRS));
        }
        PolicyOptions options = Tiny.doubles().withActivationCheckpointing(true);
        try (Policy policy = Tiny.policy(false, options, 5 * Tiny.WORDS)) {
            assertClose(gradients(policy, List.of(PAIRS)), plain, 1e-11);
        }
    }

    @Test
    void twoEqualStepsGiveTheSameBits() {
        OnDevice.assumeOneOrderOfAdding();
        try (Policy policy = Tiny.policy(true, OnDevice.training(2))) {
            double[] first = gradients(policy, MicroBatches.split(PAIRS, 150));
            assertThat(gradients(policy, MicroBatches.split(PAIRS, 150))).isEqualTo(first);
        }
    }

    @Test
    void gradientsAddUpUntilTheyAreZeroed() {
        try (Policy policy = Tiny.policy(true, Tiny.doubles())) {
            double[] once = gradients(policy, List.of(PAIRS));
            double[] twice = gradients(policy, List.of(PAIRS, PAIRS));
            assertClose(twice, Arrays.stream(once).map(g -> 2 * g).toArray(), 1e-12);
            policy.zeroGradients();
            assertThat(Tiny.gradients(policy)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsLeftOfGradientsThatWereZeroed(boolean tied) {
        try (Policy policy = Tiny.policy(tied, Tiny.doubles(), 7 * Tiny.WORDS)) {
            PackedBatch batch = PackedBatch.of(PAIRS);
            policy.backward(policy.forward(batch), Tiny.derivatives(10));
            double[] added = Tiny.gradients(policy);
            spoilAndZero(policy);
            policy.backward(policy.forward(batch), Tiny.derivatives(10));
            assertThat(Tiny.gradients(policy)).containsExactly(added, within(0.0));
            spoilAndZero(policy);
            assertThat(Tiny.gradients(policy)).containsOnly(0);
        }
    }

    private static void spoilAndZero(Policy policy) {
        for (TensorSpec tensor : policy.tensors()) {
            float[] spoiled = new float[(int) tensor.elements()];
            Arrays.fill(spoiled, Float.NaN);
            policy.writeGradients(tensor.id(), 0, spoiled, 0, spoiled.length);
        }
        policy.zeroGradients();
    }

    @Test
    void gradientsAreZeroBeforeAnythingFlowsAndForAnEmptyBatch() {
        try (Policy policy = Tiny.policy(true, OnDevice.training(1))) {
            ForwardPass pass = policy.forward(PackedBatch.of(List.of()));
            assertThat(pass.logProbs()).isEmpty();
            policy.backward(pass, new double[0]);
            float[] read = {5, 5, 5};
            policy.readGradients(0, 30, read, 1, 2);
            assertThat(read).containsExactly(5, 0, 0);
            assertThat(Tiny.gradients(policy)).containsOnly(0);
        }
    }

    @Test
    void gradientsAreReadInRanges() {
        try (Policy policy = Tiny.policy(true, OnDevice.training(1))) {
            double[] all = gradients(policy, List.of(PAIRS));
            float[] range = new float[7];
            policy.readGradients(0, 100, range, 2, 5);
            for (int i = 0; i < 5; i++) {
                assertThat((double) range[2 + i]).isEqualTo(all[100 + i]);
            }
        }
    }

    @Test
    void fiftyStepsLeaveNoTensorBehind() {
        for (boolean checkpointing : new boolean[] {false, true}) {
            PolicyOptions options = OnDevice.training(1).withActivationCheckpointing(checkpointing);
            try (Policy policy = Tiny.policy(true, options, 50 * Tiny.WORDS)) {
                gradients(policy, List.of(PAIRS));
                int before = policy.liveTensors();
                for (int step = 0; step < 50; step++) {
                    gradients(policy, MicroBatches.split(PAIRS, 150));
                    policy.logProbs(PackedBatch.of(PAIRS));
                    policy.argmaxHits(PackedBatch.of(PAIRS));
                    policy.forward(PackedBatch.of(PAIRS)).close();
                }
                assertThat(policy.liveTensors()).isEqualTo(before);
            }
        }
    }

    @Test
    void severalPassesMayBeOpenAtATime() {
        try (Policy policy = Tiny.policy(true, Tiny.doubles())) {
            double[] oneByOne = gradients(policy, List.of(PAIRS.subList(0, 2), PAIRS.subList(2, 5)));
            policy.zeroGradients();
            ForwardPass first = policy.forward(PackedBatch.of(PAIRS.subList(0, 2)));
            ForwardPass second = policy.forward(PackedBatch.of(PAIRS.subList(2, 5)));
            policy.backward(first, Tiny.derivatives(4));
            policy.backward(second, Arrays.copyOfRange(Tiny.derivatives(10), 4, 10));
            assertClose(Tiny.gradients(policy), oneByOne, 1e-12);
        }
    }

    @Test
    void aPassGoesBackOnce() {
        try (Policy policy = Tiny.policy(true, OnDevice.training(1))) {
            ForwardPass pass = policy.forward(PackedBatch.of(PAIRS));
            policy.backward(pass, Tiny.derivatives(10));
            assertThatThrownBy(() -> policy.backward(pass, Tiny.derivatives(10)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Cannot go backward: this forward pass is closed");
        }
    }

    @Test
    void aWrongNumberOfDerivativesIsRefused() {
        try (Policy policy = Tiny.policy(true, OnDevice.training(1))) {
            assertThatThrownBy(() -> policy.backward(policy.forward(PackedBatch.of(PAIRS)), new double[3]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Cannot go backward with 3 derivatives: the batch has 10 completions");
        }
    }

    @Test
    void aPolicyForInferenceKeepsNoGradients() {
        try (Policy policy = Tiny.policy(true, OnDevice.inference(1))) {
            assertThatThrownBy(policy::zeroGradients)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not loaded as trainable");
            assertThatThrownBy(() -> policy.forward(PackedBatch.of(PAIRS)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not loaded as trainable");
        }
    }

    /** The weights' memory is written behind the engine's back; the next pass must see it. */
    @Test
    void writtenWeightsAreUsedByTheNextPass() {
        try (Policy policy = Tiny.policy(true, OnDevice.training(1))) {
            double[] before = policy.logProbs(PackedBatch.of(PAIRS));
            float[] row = new float[24];
            policy.readWeights(0, 24 * 5, row, 0, 24);
            policy.writeWeights(0, 24 * 5, new float[24], 0, 24);
            assertThat(policy.logProbs(PackedBatch.of(PAIRS))).isNotEqualTo(before);
            policy.writeWeights(0, 24 * 5, row, 0, 24);
            assertThat(policy.logProbs(PackedBatch.of(PAIRS))).isEqualTo(before);
        }
    }

    /** Of all micro-batches together; the derivatives belong to the completions of PAIRS, which may come round again. */
    private static double[] gradients(Policy policy, List<List<Example>> microBatches) {
        policy.zeroGradients();
        int at = 0;
        double[] derivatives = Tiny.derivatives(10);
        for (List<Example> micro : microBatches) {
            ForwardPass pass = policy.forward(PackedBatch.of(micro));
            int count = pass.tokenCounts().length;
            policy.backward(pass, Arrays.copyOfRange(derivatives, at % 10, at % 10 + count));
            at += count;
        }
        return Tiny.gradients(policy);
    }

    private static void assertClose(double[] actual, double[] expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(1);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as("entry %d", i).isCloseTo(expected[i], within(tolerance * largest));
        }
    }
}

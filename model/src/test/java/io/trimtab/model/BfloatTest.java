package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.data.Example;
import io.trimtab.model.batch.PackedBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * bfloat16 beside floats. The tiny models' weights are as large as their rows are short, so a rounding of 2^-9 weighs more here than in a
 * trained model: the bounds are twice what was seen.
 */
class BfloatTest {

    private static final PolicyOptions FLOATS = OnDevice.training(1);
    private static final PolicyOptions BFLOATS = FLOATS.withPrecision(Precision.BF16);
    private static final List<Example> PAIRS = Tiny.pairs(5, 7);

    @TempDir
    Path folder;

    static Stream<String> cases() throws IOException {
        return FamilyParityTest.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyFamilyStaysNearFloats(String name) {
        FamilyCase family = FamilyCase.read(FamilyParityTest.resources().resolve(name));
        ModelArchitecture architecture = family.architecture(folder);
        PackedBatch batch = PackedBatch.of(family.pairs());
        try (Policy floats = family.policy(architecture, FLOATS);
                Policy bfloats = family.policy(architecture, BFLOATS)) {
            double[] expected = logProbsAndGradients(floats, batch);
            double[] actual = logProbsAndGradients(bfloats, batch);
            assertThat(actual).isNotEqualTo(expected);
            for (int c = 0; c < expected.length; c++) {
                assertThat(actual[c]).isCloseTo(expected[c], within(0.01 * Math.abs(expected[c])));
            }
            assertGradients(floats, bfloats);
        }
    }

    private static void assertGradients(Policy floats, Policy bfloats) {
        double largest = 0;
        for (TensorSpec tensor : floats.tensors()) {
            largest = Math.max(largest, distance(tensor, floats, null));
        }
        for (TensorSpec tensor : floats.tensors()) {
            double norm = Math.max(distance(tensor, floats, null), 0.01 * largest);
            assertThat(distance(tensor, floats, bfloats) / norm)
                    .as(tensor.name())
                    .isLessThan(0.4);
        }
    }

    /** Of a tensor's gradients, in the Euclidean norm; without another policy, to zero. */
    private static double distance(TensorSpec tensor, Policy policy, @Nullable Policy other) {
        double squares = 0;
        for (long i = 0; i < tensor.elements(); i++) {
            double entry = policy.gradients(tensor.id()).get(i);
            double difference =
                    other == null ? entry : entry - other.gradients(tensor.id()).get(i);
            squares += difference * difference;
        }
        return Math.sqrt(squares);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void activationCheckpointingGivesTheSameBits(String name) {
        OnDevice.assumeOneOrderOfAdding();
        FamilyCase family = FamilyCase.read(FamilyParityTest.resources().resolve(name));
        ModelArchitecture architecture = family.architecture(folder);
        PackedBatch batch = PackedBatch.of(family.pairs());
        try (Policy plain = family.policy(architecture, BFLOATS);
                Policy frugal = family.policy(architecture, BFLOATS.withActivationCheckpointing(true))) {
            assertThat(logProbsAndGradients(frugal, batch)).isEqualTo(logProbsAndGradients(plain, batch));
            assertThat(Tiny.gradients(frugal)).isEqualTo(Tiny.gradients(plain));
        }
    }

    /** The head's gradient of a micro-batch has 8 bits; the sum of two has to keep what one of them alone would round away. */
    @Test
    void gradientsOfMicroBatchesAddUpIn32Bits() {
        List<Example> first = PAIRS.subList(0, 2);
        List<Example> second = PAIRS.subList(2, 5);
        try (Policy policy = Tiny.policy(false, BFLOATS)) {
            double[] left = gradients(policy, first);
            double[] right = gradients(policy, second);
            policy.zeroGradients();
            backward(policy, first);
            backward(policy, second);
            double[] both = Tiny.gradients(policy);
            int rounded = 0;
            TensorSpec head = policy.tensors().get(0);
            assertThat(head.name()).isEqualTo(ModelArchitecture.HEAD);
            for (int i = 0; i < head.elements(); i++) {
                assertThat(left[i]).as("a number of 8 bits").isEqualTo(bfloat(left[i]));
                assertThat(both[i]).isEqualTo((float) left[i] + (float) right[i]);
                rounded += both[i] == bfloat(both[i]) ? 1 : 0;
            }
            assertThat(rounded).isLessThan((int) (0.5 * head.elements()));
        }
    }

    @Test
    void twoEqualStepsGiveTheSameBits() {
        OnDevice.assumeOneOrderOfAdding();
        try (Policy policy = Tiny.policy(true, OnDevice.training(2).withPrecision(Precision.BF16))) {
            double[] first = gradients(policy, PAIRS);
            assertThat(gradients(policy, PAIRS)).isEqualTo(first);
            assertThat(policy.logProbs(PackedBatch.of(PAIRS)))
                    .isEqualTo(policy.forward(PackedBatch.of(PAIRS)).logProbs());
        }
    }

    /** Half a rounding step away from a bfloat16 nothing changes for a product, and nothing is lost for Java. */
    @Test
    void weightsKeepTheirBitsAndProductsSeeThemRounded() {
        TensorSpec head = Tiny.architecture(false).tensors().get(0);
        try (Policy policy = Tiny.policy(false, BFLOATS)) {
            PackedBatch batch = PackedBatch.of(PAIRS);
            float[] written = new float[Math.toIntExact(head.elements())];
            policy.readWeights(head.id(), 0, written, 0, written.length);
            for (int i = 0; i < written.length; i++) {
                written[i] = (float) bfloat(written[i]);
            }
            policy.writeWeights(head.id(), 0, written, 0, written.length);
            double[] onTheGrid = policy.logProbs(batch);
            for (int i = 0; i < written.length; i++) {
                written[i] = Math.nextUp(written[i]);
            }
            policy.writeWeights(head.id(), 0, written, 0, written.length);
            assertThat(policy.logProbs(batch)).isEqualTo(onTheGrid);
            float[] read = new float[written.length];
            policy.readWeights(head.id(), 0, read, 0, read.length);
            assertThat(read).isEqualTo(written);
            Arrays.fill(written, 0);
            policy.writeWeights(head.id(), 0, written, 0, written.length);
            assertThat(policy.logProbs(batch)[0])
                    .isCloseTo(-batch.tokenCounts()[0] * Math.log(Tiny.WORDS), within(1e-4));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void chunksOfTheHeadAgreeWithTheWhole(String name) {
        FamilyCase family = FamilyCase.read(FamilyParityTest.resources().resolve(name));
        ModelArchitecture architecture = family.architecture(folder);
        PackedBatch batch = PackedBatch.of(family.pairs());
        long sevenRows = 7L * architecture.vocabularySize();
        try (Policy whole = family.policy(architecture, BFLOATS);
                Policy chunks = Policy.of(architecture, FamilyCase.weights(architecture), BFLOATS, sevenRows)) {
            double[] expected = logProbsAndGradients(whole, batch);
            double[] actual = logProbsAndGradients(chunks, batch);
            for (int c = 0; c < expected.length; c++) {
                assertThat(actual[c]).isCloseTo(expected[c], within(1e-3 * Math.abs(expected[c])));
            }
            assertGradients(whole, chunks);
        }
    }

    private static double[] logProbsAndGradients(Policy policy, PackedBatch batch) {
        policy.zeroGradients();
        ForwardPass pass = policy.forward(batch);
        double[] logProbs = pass.logProbs();
        policy.backward(pass, Tiny.derivatives(batch.sequences()));
        return logProbs;
    }

    private static double[] gradients(Policy policy, List<Example> rows) {
        policy.zeroGradients();
        backward(policy, rows);
        return Tiny.gradients(policy);
    }

    private static void backward(Policy policy, List<Example> rows) {
        policy.backward(policy.forward(PackedBatch.of(rows)), Tiny.derivatives(2 * rows.size()));
    }

    /** Rounded to 8 significant bits, ties to even. */
    private static double bfloat(double value) {
        int bits = Float.floatToRawIntBits((float) value);
        return Float.intBitsToFloat(bits + 0x7FFF + (bits >>> 16 & 1) & 0xFFFF_0000);
    }
}

package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.data.Example;
import io.trimtab.model.batch.PackedBatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Log-probs and gradients against golden/model_parity.json, made by transformers, TRL and an independent float64 forward pass. */
class GoldenModelTest {

    private final JsonNode parity = Golden.read("model_parity.json");
    private final JsonNode rows = Golden.read("batches.json");

    @ParameterizedTest
    @EnumSource(value = Precision.class, mode = EnumSource.Mode.EXCLUDE, names = "BF16")
    void tokenLogProbsOfTheModelAgree(Precision precision) {
        try (Policy policy = Golden.stories260k(options(precision))) {
            requireLogProbs(policy, precision, "policy");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, mode = EnumSource.Mode.EXCLUDE, names = "BF16")
    void tokenLogProbsOfThePerturbedModelAgree(Precision precision) {
        try (Policy policy = Golden.stories260k(options(precision))) {
            Golden.perturb(policy, parity.get("perturbation"));
            requireLogProbs(policy, precision, "perturbed");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, mode = EnumSource.Mode.EXCLUDE, names = "BF16")
    void gradientsOfADpoBatchAgree(Precision precision) {
        JsonNode batch = parity.get("dpo_batch");
        try (Policy policy = Golden.stories260k(options(precision))) {
            List<Example> examples = new ArrayList<>();
            batch.get("pairs")
                    .forEach(k -> examples.add(Golden.pair(rows.get("pairs").get(k.asInt()))));
            ForwardPass pass = policy.forward(PackedBatch.of(examples));
            double[] logProbs = pass.logProbs();
            double[] derivatives = new double[logProbs.length];
            double loss = sigmoidLoss(batch, logProbs, derivatives);
            policy.backward(pass, derivatives);

            assertThat(loss)
                    .isCloseTo(batch.get("loss").asDouble(), within(precision == Precision.FP64 ? 1e-12 : 2e-5));
            double norm = 0;
            for (TensorSpec tensor : policy.tensors()) {
                norm += requireGradient(policy, tensor, batch.get("gradients").get(tensor.id()), precision);
            }
            double expectedNorm = batch.get("grad_norm").asDouble();
            assertThat(Math.sqrt(norm))
                    .isCloseTo(expectedNorm, within(tolerance(precision, 1e-10, 1e-4) * expectedNorm));
        }
    }

    /** Mean over pairs of -log sigmoid(beta h), h the log-ratio of chosen minus rejected; also fills d loss / d log-prob. */
    private double sigmoidLoss(JsonNode batch, double[] logProbs, double[] derivatives) {
        int pairs = logProbs.length / 2;
        double beta = batch.get("beta").asDouble();
        double loss = 0;
        for (int k = 0; k < pairs; k++) {
            JsonNode reference =
                    parity.get("pairs").get(batch.get("pairs").get(k).asInt());
            double chosen = logProbs[2 * k]
                    - reference.get("chosen").get("perturbed_sum").asDouble();
            double rejected = logProbs[2 * k + 1]
                    - reference.get("rejected").get("perturbed_sum").asDouble();
            double z = beta * (chosen - rejected);
            loss += Math.log1p(Math.exp(-z)) / pairs;
            derivatives[2 * k] = -beta / (1 + Math.exp(z)) / pairs;
            derivatives[2 * k + 1] = -derivatives[2 * k];
        }
        return loss;
    }

    /** Returns the squared l2 of the tensor's gradient. */
    private double requireGradient(Policy policy, TensorSpec tensor, JsonNode expected, Precision precision) {
        var gradient = policy.gradients(tensor.id());
        double square = 0;
        for (long i = 0; i < tensor.elements(); i++) {
            square += gradient.get(i) * gradient.get(i);
        }
        double l2 = expected.get("l2").asDouble();
        double tolerance = tolerance(precision, 1e-10, 1e-4) * l2;
        assertThat(Math.sqrt(square)).as("l2 of %s", tensor).isCloseTo(l2, within(tolerance));
        JsonNode at = parity.get("parameters").get(tensor.id()).get("sample_index");
        for (int s = 0; s < at.size(); s++) {
            assertThat(gradient.get(at.get(s).asLong()))
                    .as("entry %s of %s", at.get(s), tensor)
                    .isCloseTo(expected.get("at").get(s).asDouble(), within(tolerance));
        }
        return square;
    }

    private void requireLogProbs(Policy policy, Precision precision, String model) {
        List<Example> examples = new ArrayList<>();
        List<JsonNode> expected = new ArrayList<>();
        for (int k = 0; k < rows.get("pairs").size(); k++) {
            examples.add(Golden.pair(rows.get("pairs").get(k)));
            expected.add(parity.get("pairs").get(k).get("chosen"));
            expected.add(parity.get("pairs").get(k).get("rejected"));
        }
        for (int k = 0; k < rows.get("unpaired").size(); k++) {
            examples.add(Golden.unpaired(rows.get("unpaired").get(k)));
            expected.add(parity.get("unpaired").get(k));
        }
        PackedBatch batch = PackedBatch.of(examples);
        double[] sums = policy.logProbs(batch);
        double[] tokens = policy.exactTokenLogProbs(batch);
        int at = 0;
        for (int c = 0; c < sums.length; c++) {
            JsonNode perToken = expected.get(c).get(model);
            assertThat(batch.tokenCounts()[c]).isEqualTo(perToken.size());
            assertThat(sums[c])
                    .isCloseTo(
                            expected.get(c).get(model + "_sum").asDouble(), within(tolerance(precision, 1e-9, 5e-4)));
            for (JsonNode token : perToken) {
                assertThat(tokens[at++]).isCloseTo(token.asDouble(), within(tolerance(precision, 1e-11, 1e-4)));
            }
        }
    }

    private static double tolerance(Precision precision, double fp64, double fp32) {
        return precision == Precision.FP64 ? fp64 : fp32;
    }

    private static PolicyOptions options(Precision precision) {
        return OnDevice.training(1).withPrecision(precision);
    }
}

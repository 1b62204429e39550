package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.data.Example;
import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.loss.LossSettings;
import io.trimtab.model.loss.LossTerms;
import io.trimtab.model.loss.SequenceLoss;
import io.trimtab.model.weights.ModelFolder;
import io.trimtab.model.weights.ModelWriter;
import io.trimtab.model.weights.WeightType;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tiny models of every family against numbers of Hugging Face transformers (src/test/python/family_parity.py; versions stand in each file).
 * The long pair is taken apart by the attention plan, so windows cut through shared prompts. {@code -Dtrimtab.families=FOLDER} tries other
 * cases, such as random ones.
 */
class FamilyParityTest {

    @TempDir
    Path folder;

    static Stream<String> cases() throws IOException {
        try (Stream<Path> files = Files.list(resources())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    static Path resources() {
        String other = System.getProperty("trimtab.families", "");
        if (!other.isEmpty()) {
            return Path.of(other);
        }
        URL url = FamilyParityTest.class.getResource("families");
        try {
            return Path.of(java.util.Objects.requireNonNull(url, "no families").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void parameterTableIsTransformersOwn(String name) {
        FamilyCase family = family(name);
        Map<String, String> expected = new TreeMap<>();
        for (Map.Entry<String, JsonNode> tensor : family.json().get("tensors").properties()) {
            expected.put(tensor.getKey(), tensor.getValue().toString());
        }
        Map<String, String> actual = new TreeMap<>();
        for (TensorSpec spec : family.architecture(folder).tensors()) {
            actual.put(spec.name(), Arrays.toString(spec.shape()).replace(" ", ""));
        }
        assertThat(actual).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void logProbsAgreeInDoubles(String name) {
        FamilyCase family = family(name);
        try (Policy policy = family.policy(family.architecture(folder), Tiny.doubles())) {
            PackedBatch batch = PackedBatch.of(family.pairs());
            assertClose(policy.logProbs(batch), family.numbers("/float64/log_probs"), 1e-10);
            double[] tokens = Arrays.copyOf(policy.exactTokenLogProbs(batch), batch.tokenCounts()[0]);
            assertClose(tokens, family.numbers("/float64/token_log_probs"), 1e-10);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void logProbsAgreeInFloats(String name) {
        FamilyCase family = family(name);
        try (Policy policy = family.policy(family.architecture(folder), OnDevice.inference(1))) {
            double[] actual = policy.logProbs(PackedBatch.of(family.pairs()));
            double[] expected = family.numbers("/float32/log_probs");
            double[] exact = family.numbers("/float64/log_probs");
            for (int i = 0; i < actual.length; i++) {
                // Both round: ours may be as far from the exact number as theirs, with a floor for lucky ones.
                double theirs = Math.abs(expected[i] - exact[i]);
                assertThat(actual[i]).isCloseTo(expected[i], within(4 * theirs + 2e-6 * Math.abs(exact[i]) + 1e-5));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsOfTheDpoLossAgree(String name) {
        FamilyCase family = family(name);
        ModelArchitecture architecture = family.architecture(folder);
        try (Policy plain = family.policy(architecture, Tiny.doubles());
                Policy frugal = family.policy(architecture, Tiny.doubles().withActivationCheckpointing(true))) {
            assertGradients(family, plain, 1e-9);
            assertGradients(family, frugal, 1e-9);
        }
        try (Policy floats = family.policy(architecture, OnDevice.training(1))) {
            double theirs = family.json().at("/float32/gradient_error").asDouble();
            assertGradients(family, floats, 4 * theirs + 1e-4);
        }
    }

    private static void assertGradients(FamilyCase family, Policy policy, double tolerance) {
        List<Example> pairs = family.pairs();
        PackedBatch batch = PackedBatch.of(pairs);
        SequenceLoss loss = SequenceLoss.of(
                new LossSettings("sigmoid", family.json().get("beta").asDouble(), 0, 1, 1));
        ForwardPass pass = policy.forward(batch);
        LossTerms terms = loss.of(pairs, pass.logProbs(), family.numbers("/references"), pass.tokenCounts(), 0);
        policy.backward(pass, terms.logProbGradients());
        JsonNode expected = family.json().at("/float64/gradients");
        assertThat(expected.size()).isEqualTo(policy.tensors().size());
        double floor = 0;
        for (JsonNode tensor : expected) {
            floor = Math.max(floor, 1e-2 * tensor.get(0).asDouble());
        }
        for (TensorSpec tensor : policy.tensors()) {
            double norm = expected.at("/" + tensor.name() + "/0").asDouble();
            double squares = 0;
            double probe = 0;
            for (long i = 0; i < tensor.elements(); i++) {
                double gradient = policy.gradients(tensor.id()).get(i);
                squares += gradient * gradient;
                probe += gradient * FamilyCase.hashed("probe " + tensor.name(), i);
            }
            double allowed = tolerance * Math.max(norm, floor);
            assertThat(Math.sqrt(squares)).as(tensor.name()).isCloseTo(norm, within(allowed));
            assertThat(probe)
                    .as(tensor.name())
                    .isCloseTo(expected.at("/" + tensor.name() + "/1").asDouble(), within(allowed));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void decodingWithACacheGivesTransformersLogits(String name) {
        FamilyCase family = family(name);
        Example longest = family.pairs().get(2);
        int[] prompt = longest.prompt();
        int[] chosen = longest.completions().get(0).tokens();
        try (Policy policy = family.policy(family.architecture(folder), Tiny.doubles());
                CachedDecoding decoding = policy.decode(1, prompt.length + chosen.length)) {
            int[] places = new int[prompt.length];
            Arrays.setAll(places, i -> i);
            decoding.feed(prompt, places, new int[] {prompt.length - 1});
            for (int t = 0; t < chosen.length; t++) {
                decoding.feed(new int[] {chosen[t]}, new int[] {prompt.length + t}, new int[1]);
            }
            assertClose(decoding.logits(), family.numbers("/float64/logits_behind_long_chosen"), 1e-10);
        }
    }

    /** In several shards, so that the index is written and read too; load_exports.py asks transformers what it thinks of them. */
    @ParameterizedTest
    @MethodSource("cases")
    void exportsAreReadBack(String name) {
        FamilyCase family = family(name);
        ModelArchitecture architecture = family.architecture(folder);
        String kept = System.getProperty("trimtab.exports", "");
        Path target = (kept.isEmpty() ? folder : Path.of(kept)).resolve(name.replace(".json", ""));
        ModelWriter.write(target, folder, WeightType.F32, FamilyCase.weights(architecture), 20_000);
        PackedBatch batch = PackedBatch.of(family.pairs());
        try (ModelFolder opened = ModelFolder.open(target);
                Policy read = Policy.load(opened, OnDevice.inference(1));
                Policy written = family.policy(architecture, OnDevice.inference(1))) {
            assertThat(opened.architecture()).isEqualTo(architecture);
            assertThat(opened.warnings()).isEmpty();
            assertThat(read.logProbs(batch)).isEqualTo(written.logProbs(batch));
        }
    }

    /** A fresh model knows nothing: every token is about as probable as any other, and every tensor can learn. */
    @ParameterizedTest
    @MethodSource("cases")
    void freshModelsBeginAtChanceAndLearnEverywhere(String name) {
        FamilyCase family = family(name);
        ModelArchitecture architecture = family.architecture(folder);
        PackedBatch batch = PackedBatch.of(family.pairs());
        try (Policy policy = Policy.initialize(architecture, 1, OnDevice.training(1))) {
            ForwardPass pass = policy.forward(batch);
            double[] perToken = pass.logProbs();
            for (int c = 0; c < perToken.length; c++) {
                perToken[c] /= pass.tokenCounts()[c];
            }
            assertThat(Arrays.stream(perToken).average().orElseThrow())
                    .isCloseTo(-Math.log(architecture.vocabularySize()), within(0.35));
            policy.backward(pass, Tiny.derivatives(batch.sequences()));
            for (TensorSpec tensor : policy.tensors()) {
                // The bias of a key moves all scores of a query alike.
                if (!tensor.name().endsWith("k_proj.bias")) {
                    float[] gradient = new float[Math.toIntExact(tensor.elements())];
                    policy.readGradients(tensor.id(), 0, gradient, 0, gradient.length);
                    assertThat(gradient).as(tensor.name()).isNotEqualTo(new float[gradient.length]);
                }
            }
        }
    }

    private static void assertClose(double[] actual, double[] expected, double relative) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(relative * Math.max(1, Math.abs(expected[i]))));
        }
    }

    private static FamilyCase family(String name) {
        return FamilyCase.read(resources().resolve(name));
    }
}

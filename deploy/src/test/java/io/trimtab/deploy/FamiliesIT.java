package io.trimtab.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.deploy.Trimtab.Outcome;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.TensorSpec;
import io.trimtab.model.weights.ModelFolder;
import io.trimtab.model.weights.ModelWriter;
import io.trimtab.model.weights.TensorSource;
import io.trimtab.model.weights.WeightType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tiny models of other families through the whole distribution: two steps of DPO, the first of which has transformers' log-probs. Models, rows
 * and numbers are those of the model room's parity test; a tokenizer of one word per id makes the rows' ids.
 */
@Execution(ExecutionMode.CONCURRENT)
class FamiliesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path CASES =
            Path.of("..", "model", "src", "test", "resources", "io", "trimtab", "model", "families");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"gemma2", "phi3", "qwen3-bias-window"})
    void twoStepsOfDpoBeginAtTransformersLogProbs(String name) throws IOException {
        JsonNode family = family(name);
        writeModel(family, family.get("config").get("vocab_size").asInt(), Float.NaN, "");
        Trimtab trimtab = trimtab(family);

        trimtab.run("run", "dpo.conf").requireDone();

        List<JsonNode> steps = trimtab.metrics("dpo");
        assertThat(steps).hasSize(2);
        JsonNode expected = family.at("/float64/log_probs");
        double chosen = 0;
        double rejected = 0;
        for (int row = 0; row < 3; row++) {
            chosen += expected.get(2 * row).asDouble() / 3;
            rejected += expected.get(2 * row + 1).asDouble() / 3;
        }
        assertThat(steps.get(0).get("logps/chosen").asDouble()).isCloseTo(chosen, within(1e-5 * Math.abs(chosen)));
        assertThat(steps.get(0).get("logps/rejected").asDouble())
                .isCloseTo(rejected, within(1e-5 * Math.abs(rejected)));
        assertThat(steps.get(0).get("loss").asDouble()).isCloseTo(Math.log(2), within(1e-5));
        assertThat(steps.get(1).get("loss").asDouble()).isLessThan(Math.log(2));
        try (ModelFolder result = ModelFolder.open(folder.resolve("dpo/model"))) {
            assertThat(result.warnings()).isEmpty();
            assertThat(result.architecture().tensors().stream().map(TensorSpec::name))
                    .containsExactlyInAnyOrderElementsOf(names(family.get("tensors")));
        }
    }

    @Test
    void aWeightThatIsNoNumberIsRefusedByName() throws IOException {
        JsonNode family = family("qwen2");
        writeModel(family, 48, Float.NaN, "model.layers.1.self_attn.k_proj.bias");
        refused(trimtab(family), "model.layers.1.self_attn.k_proj.bias holds NaN at entry 0");
    }

    @Test
    void aTokenizerBeyondTheVocabularyIsRefused() throws IOException {
        JsonNode family = family("qwen2");
        writeModel(family, 49, 0, "");
        refused(trimtab(family), "its tokenizer.json has ids up to 48, and vocab_size in its config.json is 48");
    }

    @Test
    void anUnknownFieldIsRefusedByName() throws IOException {
        JsonNode family = family("olmo2");
        writeModel(family, 48, 0, "");
        ObjectNode config = family.get("config").deepCopy();
        config.put("clip_qkv", 8.0);
        JSON.writeValue(folder.resolve("policy/config.json").toFile(), config);
        refused(trimtab(family), "[clip_qkv]");
    }

    private static void refused(Trimtab trimtab, String because) {
        Outcome outcome = trimtab.run("run", "dpo.conf");
        assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(2);
        assertThat(outcome.output()).contains(because).doesNotContain("\tat io.trimtab");
    }

    private static JsonNode family(String name) throws IOException {
        return JSON.readTree(Files.readAllBytes(CASES.resolve(name + ".json")));
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Rows and run file; the three rows are the batch. */
    private Trimtab trimtab(JsonNode family) throws IOException {
        StringBuilder rows = new StringBuilder();
        for (JsonNode row : family.get("rows")) {
            ObjectNode pair = JSON.createObjectNode();
            pair.put("prompt", words(row.get(0)));
            pair.put("chosen", " " + words(row.get(1)));
            pair.put("rejected", " " + words(row.get(2)));
            rows.append(JSON.writeValueAsString(pair)).append('\n');
        }
        Trimtab trimtab = new Trimtab(folder);
        trimtab.write("pairs.jsonl", rows.toString());
        trimtab.write("dpo.conf", """
                trimtab {
                  run-directory = dpo
                  model { policy = policy }
                  data { train { path = pairs.jsonl }, order = as-given, append-eos = false }
                  training { stage = dpo, global-batch-size = 3, max-steps = 2, epochs = 2 }
                  optimizer { learning-rate = 1e-4 }
                  merge { rule = none }
                  cluster { ranks = 1 }
                }
                """);
        return trimtab;
    }

    private static String words(JsonNode ids) {
        List<String> words = new ArrayList<>();
        ids.forEach(id -> words.add("w" + id.asInt()));
        return String.join(" ", words);
    }

    /** @param badTensor its first entry is bad, where it has a name */
    private void writeModel(JsonNode family, int words, float bad, String badTensor) throws IOException {
        Path template = Files.createDirectories(folder.resolve("template"));
        JSON.writeValue(template.resolve("config.json").toFile(), family.get("config"));
        ObjectNode tokenizer = JSON.createObjectNode();
        tokenizer.put("version", "1.0");
        tokenizer.putObject("pre_tokenizer").put("type", "WhitespaceSplit");
        ObjectNode model = tokenizer.putObject("model").put("type", "WordLevel").put("unk_token", "w0");
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < words; id++) {
            vocabulary.put("w" + id, id);
        }
        JSON.writeValue(template.resolve("tokenizer.json").toFile(), tokenizer);
        TensorSource weights = weights(ModelArchitecture.read(template.resolve("config.json")));
        ModelWriter.write(folder.resolve("policy"), template, WeightType.F32, (tensor, offset, target, at, length) -> {
            weights.readFloats(tensor, offset, target, at, length);
            if (offset == 0 && tensor.name().equals(badTensor)) {
                target[at] = bad;
            }
        });
    }

    /** The formula of the model room's family_parity.py. */
    private static TensorSource weights(ModelArchitecture architecture) {
        return (tensor, offset, target, at, length) -> {
            boolean aroundOne = tensor.name().endsWith("norm.weight")
                    && !architecture.parts().unitOffsetNorms();
            for (int i = 0; i < length; i++) {
                double value = hashed(tensor.name(), offset + i);
                target[at + i] = (float) (aroundOne ? 1 + value : value);
            }
        };
    }

    private static double hashed(String name, long index) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(UTF_8));
        long x = (index * 2654435761L + crc.getValue()) & 0xFFFF_FFFFL;
        x ^= x >>> 15;
        x = x * 2246822519L & 0xFFFF_FFFFL;
        x ^= x >>> 13;
        x = x * 3266489917L & 0xFFFF_FFFFL;
        x ^= x >>> 16;
        return (x >>> 8) / 0x1p24 - 0.5;
    }
}

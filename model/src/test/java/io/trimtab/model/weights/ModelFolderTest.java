package io.trimtab.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.model.LlamaConfigJson;
import io.trimtab.model.OnDevice;
import io.trimtab.model.Policy;
import io.trimtab.model.SharedFolder;
import io.trimtab.model.TensorSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {

    @TempDir
    Path temporary;

    @Test
    void readsAnyRangeToAnyPlace() {
        try (ModelFolder folder = ModelFolder.open(SmallModel.write(temporary.resolve("m"), SmallModel.TIED))) {
            TensorSpec embedding = SmallModel.TIED.tensors().get(0);
            float[] all = SmallModel.weights(embedding);
            float[] target = {-1, -1, -1, -1, -1};
            folder.readFloats(embedding.name(), 157, target, 1, 3);
            assertThat(target).containsExactly(-1, all[157], all[158], all[159], -1);
            folder.readFloats(embedding.name(), 160, target, 0, 0);
            assertThatThrownBy(() -> folder.readFloats(embedding.name(), 158, target, 0, 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Tensor model.embed_tokens.weight has 160 entries, asked for 3 from 158");
            assertThatThrownBy(() -> folder.readFloats("nothing", 0, target, 0, 1))
                    .hasMessageContaining("nothing");
        }
    }

    /** Norms and sums of the golden summary of the perturbed model, rebuilt from the weights that are read here. */
    @Test
    void readsTheWeightsThatTheGoldenNumbersWereMadeFrom() {
        JsonNode golden = SharedFolder.json("golden/model_parity.json");
        JsonNode formula = golden.get("perturbation");
        try (ModelFolder folder = ModelFolder.open(SharedFolder.resolve("data/models/stories260k"))) {
            for (TensorSpec tensor : folder.architecture().tensors()) {
                double squares = 0;
                double sum = 0;
                float[] weights = SmallModel.read(folder, tensor);
                for (int i = 0; i < weights.length; i++) {
                    double angle = formula.get("f").asDouble() * i
                            + formula.get("g").asDouble() * tensor.id()
                            + formula.get("h").asDouble();
                    double weight = weights[i] + formula.get("A").asDouble() * Math.sin(angle);
                    squares += weight * weight;
                    sum += weight;
                }
                JsonNode expected = golden.get("perturbed_summary").get(tensor.id());
                assertThat(Math.sqrt(squares)).isCloseTo(expected.get("l2").asDouble(), relative(1e-10));
                assertThat(sum).isCloseTo(expected.get("sum").asDouble(), within(1e-8));
            }
        }
    }

    private static Percentage relative(double bound) {
        return Percentage.withPercentage(100 * bound);
    }

    @Test
    void modelsOfOneShapeGoTogether() {
        try (ModelFolder sft = ModelFolder.open(SmallModel.write(temporary.resolve("sft"), SmallModel.TIED));
                ModelFolder base = ModelFolder.open(
                        SmallModel.write(temporary.resolve("base"), SmallModel.TIED, WeightType.BF16))) {
            sft.requireSameShapes(base);
        }
    }

    @Test
    void theFirstTensorThatDiffersIsNamed() {
        Path large = SmallModel.write(temporary.resolve("large"), SmallModel.architecture(24, true));
        try (ModelFolder sft = ModelFolder.open(SmallModel.write(temporary.resolve("sft"), SmallModel.TIED));
                ModelFolder base = ModelFolder.open(large)) {
            assertThatThrownBy(() -> sft.requireSameShapes(base))
                    .isInstanceOf(ModelFolderException.class)
                    .hasMessageContaining("model.embed_tokens.weight[20, 8] against model.embed_tokens.weight[24, 8]")
                    .hasMessageContaining(temporary.resolve("sft").toString())
                    .hasMessageContaining(large.toString());
        }
    }

    @Test
    void aTensorThatOnlyOneHasIsNamed() {
        try (ModelFolder tied = ModelFolder.open(SmallModel.write(temporary.resolve("tied"), SmallModel.TIED));
                ModelFolder untied =
                        ModelFolder.open(SmallModel.write(temporary.resolve("untied"), SmallModel.UNTIED))) {
            String message = "lm_head.weight[20, 8] is only in " + temporary.resolve("untied");
            assertThatThrownBy(() -> tied.requireSameShapes(untied)).hasMessageContaining(message);
            assertThatThrownBy(() -> untied.requireSameShapes(tied)).hasMessageContaining(message);
        }
    }

    @Test
    void aMissingFolderIsNamed() {
        assertThatThrownBy(() -> ModelFolder.open(temporary.resolve("nowhere")))
                .isInstanceOf(ModelFolderException.class)
                .hasMessage("Cannot open the model, there is no folder " + temporary.resolve("nowhere"));
    }

    @Test
    void pickledWeightsAreRefusedWithTheWayOut() throws IOException {
        Path folder = SmallModel.template(temporary.resolve("m"), SmallModel.TIED);
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .hasMessageContaining("has neither model.safetensors nor model.safetensors.index.json");
        Files.writeString(folder.resolve("pytorch_model.bin"), "pickle");
        assertThatThrownBy(() -> ModelFolder.open(folder)).hasMessageContaining("safe_serialization");
    }

    @Test
    void weightsOfAnotherShapeThanTheConfigAreRefused() {
        Path folder = SmallModel.write(temporary.resolve("m"), SmallModel.TIED);
        LlamaConfigJson.write(SmallModel.architecture(24, true), folder.resolve("config.json"));
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContaining("model.embed_tokens.weight has shape [20, 8] and config.json asks for [24, 8]");
    }

    @Test
    void aMissingTensorIsNamed() {
        Path folder = SmallModel.write(temporary.resolve("m"), SmallModel.TIED);
        LlamaConfigJson.write(SmallModel.UNTIED, folder.resolve("config.json"));
        assertThatThrownBy(() -> ModelFolder.open(folder)).hasMessageContaining("tensor lm_head.weight is missing");
    }

    @Test
    void aTensorWithoutAPlaceIsWarnedOfByName() throws IOException {
        Path folder = SmallModel.write(temporary.resolve("m"), SmallModel.TIED);
        addTensor(folder, "model.layers.0.self_attn.q_proj.bias");
        try (ModelFolder opened = ModelFolder.open(folder)) {
            assertThat(opened.warnings())
                    .containsExactly("the model of " + folder
                            + " is used without 1 tensors that its config.json has no place for:"
                            + " [model.layers.0.self_attn.q_proj.bias]");
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void aWeightThatIsNoNumberIsNamed(float bad) {
        Path folder = temporary.resolve("m");
        ModelWriter.write(
                folder,
                SmallModel.template(temporary.resolve("template"), SmallModel.TIED),
                WeightType.BF16,
                (tensor, offset, target, at, length) -> {
                    SmallModel.weight(tensor, offset, target, at, length);
                    if (tensor.name().equals("model.layers.1.mlp.up_proj.weight")) {
                        target[at + 17] = bad;
                    }
                });
        try (ModelFolder opened = ModelFolder.open(folder)) {
            assertThatThrownBy(() -> Policy.load(opened, OnDevice.inference(1)))
                    .isInstanceOf(ModelFolderException.class)
                    .hasMessageContaining("tensor model.layers.1.mlp.up_proj.weight holds " + bad + " at entry 17");
        }
    }

    @Test
    void derivedTensorsAreIgnored() throws IOException {
        Path folder = SmallModel.write(temporary.resolve("m"), SmallModel.TIED);
        addTensor(folder, "model.layers.0.self_attn.rotary_emb.inv_freq");
        try (ModelFolder opened = ModelFolder.open(folder)) {
            assertThat(opened.warnings()).isEmpty();
        }
    }

    @Test
    void aTiedPairMayBeStoredTwice() {
        Path folder = temporary.resolve("m");
        TensorSpec embedding = SmallModel.UNTIED.tensors().get(1);
        ModelWriter.write(
                folder,
                SmallModel.template(temporary.resolve("template"), SmallModel.UNTIED),
                WeightType.BF16,
                (tensor, offset, target, at, length) -> SmallModel.weight(
                        tensor.name().equals("lm_head.weight") ? embedding : tensor, offset, target, at, length));
        LlamaConfigJson.write(SmallModel.TIED, folder.resolve("config.json"));
        try (ModelFolder opened = ModelFolder.open(folder)) {
            assertThat(opened.warnings()).isEmpty();
        }
    }

    @Test
    void aHeadOfItsOwnIsRefusedWhereTheConfigTiesIt() {
        Path folder = SmallModel.write(temporary.resolve("m"), SmallModel.UNTIED);
        LlamaConfigJson.write(SmallModel.TIED, folder.resolve("config.json"));
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContaining("lm_head.weight holds other numbers than model.embed_tokens.weight")
                .hasMessageContaining("set tie_word_embeddings to false");
    }

    @Test
    void aTiedPairMayBeStoredUnderTheHeadsName() throws IOException {
        Path folder = SmallModel.write(temporary.resolve("m"), SmallModel.TIED);
        Path file = folder.resolve("model.safetensors");
        byte[] data = Files.readAllBytes(file);
        String header = SmallModel.header(file).replace("model.embed_tokens.weight", "lm_head.weight");
        byte[] padded = Files.readAllBytes(file);
        byte[] renamed = (header + " ".repeat("model.embed_tokens.weight".length() - "lm_head.weight".length()))
                .getBytes(StandardCharsets.UTF_8);
        System.arraycopy(renamed, 0, padded, 8, renamed.length);
        Files.write(file, padded);
        assertThat(padded).hasSameSizeAs(data);
        try (ModelFolder opened = ModelFolder.open(folder)) {
            TensorSpec embedding = SmallModel.TIED.tensors().get(0);
            assertThat(SmallModel.read(opened, embedding)).isEqualTo(SmallModel.weights(embedding));
        }
    }

    /** Appends a tensor of one F32 zero. */
    private static void addTensor(Path folder, String name) throws IOException {
        Path file = folder.resolve("model.safetensors");
        String header = SmallModel.header(file).strip();
        byte[] old = Files.readAllBytes(file);
        int dataStart = 8 + SmallModel.header(file).length();
        int dataBytes = old.length - dataStart;
        String entry = ",\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[" + dataBytes + ","
                + (dataBytes + 4) + "]}}";
        SmallModel.writeRaw(file, header.substring(0, header.length() - 1) + entry, dataBytes + 4);
        byte[] written = Files.readAllBytes(file);
        System.arraycopy(old, dataStart, written, written.length - dataBytes - 4, dataBytes);
        Files.write(file, written);
    }
}

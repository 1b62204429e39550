package io.trimtab.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.SharedFolder;
import io.trimtab.model.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ModelWriterTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temporary;

    @Test
    void fullPrecisionComesBackBitForBit() {
        try (ModelFolder folder = ModelFolder.open(SmallModel.write(temporary.resolve("m"), SmallModel.UNTIED))) {
            for (TensorSpec tensor : SmallModel.UNTIED.tensors()) {
                assertThat(SmallModel.read(folder, tensor)).as(tensor.name()).isEqualTo(SmallModel.weights(tensor));
            }
            assertThat(folder.weightType()).isEqualTo(WeightType.F32);
        }
    }

    /** What is rounded once stays as it is: a second export of an export changes nothing. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void halfPrecisionRoundsOnceToTheNearest(WeightType type) {
        double halfStep = type == WeightType.F16 ? 0x1p-11 : 0x1p-8;
        Path first = SmallModel.write(temporary.resolve("first"), SmallModel.TIED, type);
        try (ModelFolder once = ModelFolder.open(first)) {
            ModelWriter.write(temporary.resolve("second"), first, type, once);
            try (ModelFolder twice = ModelFolder.open(temporary.resolve("second"))) {
                assertThat(twice.weightType()).isEqualTo(type);
                for (TensorSpec tensor : SmallModel.TIED.tensors()) {
                    float[] exact = SmallModel.weights(tensor);
                    float[] rounded = SmallModel.read(once, tensor);
                    for (int i = 0; i < exact.length; i++) {
                        double bound = Math.max(halfStep * Math.abs(exact[i]), 0x1p-25);
                        assertThat(Math.abs(rounded[i] - exact[i])).isLessThanOrEqualTo((float) bound);
                    }
                    assertThat(SmallModel.read(twice, tensor)).isEqualTo(rounded);
                }
            }
        }
    }

    @Test
    void headerIsWhatTransformersAsksFor() throws IOException {
        Path folder = SmallModel.write(temporary.resolve("m"), SmallModel.TIED);
        byte[] bytes = Files.readAllBytes(folder.resolve("model.safetensors"));
        long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonNode header = JSON.readTree(SmallModel.header(folder.resolve("model.safetensors")));
        assertThat(length % 8).isZero();
        assertThat(header.at("/__metadata__/format").asText()).isEqualTo("pt");
        List<String> names = new ArrayList<>();
        header.fieldNames().forEachRemaining(names::add);
        assertThat(names.subList(1, names.size())).isSorted().hasSize(20);
        JsonNode embedding = header.get("model.embed_tokens.weight");
        assertThat(embedding.toString()).isEqualTo("{\"dtype\":\"F32\",\"shape\":[20,8],\"data_offsets\":[0,640]}");
        assertThat(bytes.length).isEqualTo(8 + length + 4 * SmallModel.TIED.parameters());
    }

    @Test
    void shardsStayBelowTheLimitAndTheIndexNamesThemAll() throws IOException {
        Path template = SmallModel.template(temporary.resolve("template"), SmallModel.UNTIED);
        Path folder = temporary.resolve("sharded");
        long limit = 1000;
        ModelWriter.write(folder, template, WeightType.F32, SmallModel::weight, limit);

        JsonNode index =
                JSON.readTree(folder.resolve("model.safetensors.index.json").toFile());
        assertThat(index.at("/metadata/total_size").asLong()).isEqualTo(4 * SmallModel.UNTIED.parameters());
        assertThat(index.get("weight_map").size())
                .isEqualTo(SmallModel.UNTIED.tensors().size());
        List<Path> shards;
        try (Stream<Path> files = Files.list(folder)) {
            shards = files.filter(file -> file.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
        }
        assertThat(shards.size()).isGreaterThan(3);
        assertThat(shards.get(0).getFileName())
                .hasToString(String.format("model-00001-of-%05d.safetensors", shards.size()));
        for (Path shard : shards) {
            assertThat(Files.size(shard) - 8 - SmallModel.header(shard).length())
                    .isLessThanOrEqualTo(limit);
        }
        try (ModelFolder opened = ModelFolder.open(folder)) {
            for (TensorSpec tensor : SmallModel.UNTIED.tensors()) {
                assertThat(SmallModel.read(opened, tensor)).isEqualTo(SmallModel.weights(tensor));
            }
        }
    }

    @Test
    void aTensorAboveTheLimitHasAShardOfItsOwn() {
        Path template = SmallModel.template(temporary.resolve("template"), SmallModel.TIED);
        ModelWriter.write(temporary.resolve("m"), template, WeightType.F32, SmallModel::weight, 1);
        assertThat(temporary.resolve("m").resolve("model-00020-of-00020.safetensors"))
                .exists();
        ModelFolder.open(temporary.resolve("m")).close();
    }

    @Test
    void tokenizerAndGenerationFilesAreCopiedByteForByte() throws IOException {
        Path template = SmallModel.template(temporary.resolve("template"), SmallModel.TIED);
        List<String> copied = List.of(
                "generation_config.json",
                "tokenizer.json",
                "tokenizer_config.json",
                "special_tokens_map.json",
                "chat_template.jinja",
                "vocab.json",
                "merges.txt",
                "additional_chat_templates/tool_use.jinja");
        Files.createDirectory(template.resolve("additional_chat_templates"));
        for (String name : copied) {
            Files.writeString(template.resolve(name), "content of " + name);
        }
        Files.writeString(template.resolve("optimizer.pt"), "large and of no use");
        ModelWriter.write(temporary.resolve("m"), template, WeightType.F32, SmallModel::weight);
        for (String name : copied) {
            assertThat(temporary.resolve("m").resolve(name)).hasSameBinaryContentAs(template.resolve(name));
        }
        assertThat(temporary.resolve("m").resolve("optimizer.pt")).doesNotExist();
    }

    /** transformers 4 writes torch_dtype, 5 writes dtype. */
    @ParameterizedTest
    @CsvSource({"torch_dtype", "dtype"})
    void configNamesTheTypeOfTheWeightsInItsOwnWord(String word) throws IOException {
        Path template = SmallModel.template(temporary.resolve("template"), SmallModel.TIED);
        String config = Files.readString(template.resolve("config.json"));
        Files.writeString(template.resolve("config.json"), config.replace("torch_dtype", word));
        ModelWriter.write(temporary.resolve("m"), template, WeightType.BF16, SmallModel::weight);
        JsonNode written = JSON.readTree(temporary.resolve("m/config.json").toFile());
        assertThat(written.get(word).asText()).isEqualTo("bfloat16");
        assertThat(written.has("torch_dtype") && written.has("dtype")).isFalse();
        assertThat(ModelArchitecture.read(temporary.resolve("m/config.json"))).isEqualTo(SmallModel.TIED);
    }

    @Test
    void nothingOfTheUsersIsOverwritten() throws IOException {
        Path template = SmallModel.template(temporary.resolve("template"), SmallModel.TIED);
        Path target = Files.createDirectory(temporary.resolve("m"));
        Files.writeString(target.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> ModelWriter.write(target, template, WeightType.F32, SmallModel::weight))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContaining("Cannot write the model to " + target + ", something is there already");
        assertThat(target.resolve("notes.txt")).hasContent("mine");
        assertThat(target.resolve("model.safetensors")).doesNotExist();
    }

    @Test
    void anEmptyTargetIsTaken() throws IOException {
        Path template = SmallModel.template(temporary.resolve("template"), SmallModel.TIED);
        Path target = Files.createDirectory(temporary.resolve("m"));
        ModelWriter.write(target, template, WeightType.F32, SmallModel::weight);
        ModelFolder.open(target).close();
    }

    @Test
    void aFailureLeavesNothingBehind() throws IOException {
        Path template = SmallModel.template(temporary.resolve("template"), SmallModel.TIED);
        assertThatThrownBy(() -> ModelWriter.write(
                        temporary.resolve("m"), template, WeightType.F32, (tensor, offset, target, at, length) -> {
                            throw new IllegalStateException("lost the device at " + tensor.name());
                        }))
                .hasMessage("lost the device at model.embed_tokens.weight");
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files).containsExactly(template);
        }
    }

    @Test
    void aWeightBeyondHalfPrecisionIsRefused() {
        Path template = SmallModel.template(temporary.resolve("template"), SmallModel.TIED);
        TensorSource large = (tensor, offset, target, at, length) -> target[at + 3] = -70000;
        assertThatThrownBy(() -> ModelWriter.write(temporary.resolve("m"), template, WeightType.F16, large))
                .isInstanceOf(ModelFolderException.class)
                .hasMessage("Cannot write tensor model.embed_tokens.weight in F16, entry 3 would become infinite:"
                        + " -70000.0; write BF16 or F32");
    }

    @Test
    void aRealModelSurvivesTheRoundTrip() throws IOException {
        Path stories = SharedFolder.resolve("data/models/stories260k");
        try (ModelFolder original = ModelFolder.open(stories)) {
            ModelWriter.write(temporary.resolve("copy"), stories, original.weightType(), original);
            try (ModelFolder copy = ModelFolder.open(temporary.resolve("copy"))) {
                original.requireSameShapes(copy);
                for (TensorSpec tensor : original.architecture().tensors()) {
                    assertThat(SmallModel.read(copy, tensor)).isEqualTo(SmallModel.read(original, tensor));
                }
            }
        }
        assertThat(temporary.resolve("copy/tokenizer.json")).hasSameBinaryContentAs(stories.resolve("tokenizer.json"));
    }
}

package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.model.parts.Rope;
import io.trimtab.model.weights.ModelFolderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelArchitectureTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void tableIsThatOfTheGoldenFiles() {
        ModelArchitecture stories = ModelArchitecture.read(SharedFolder.resolve("data/models/stories260k/config.json"));
        List<String> expected = new ArrayList<>();
        for (JsonNode row :
                SharedFolder.json("golden/trajectory_dpo_adamw_torch.json").get("parameters")) {
            expected.add(row.get("id") + " " + row.get("name").asText() + row.get("shape"));
        }
        List<String> actual = stories.tensors().stream()
                .map(spec -> spec.id() + " " + spec.name()
                        + Arrays.toString(spec.shape()).replace(" ", ""))
                .toList();
        assertThat(actual).hasSize(47).isEqualTo(expected);
        assertThat(stories.parameters()).isEqualTo(260_032);
    }

    @Test
    void layersAreOrderedByCodePointNotByNumber() {
        List<String> norms = architecture(11, false).tensors().stream()
                .map(TensorSpec::name)
                .filter(name -> name.endsWith("input_layernorm.weight"))
                .toList();
        assertThat(norms.subList(0, 4))
                .containsExactly(
                        "model.layers.0.input_layernorm.weight",
                        "model.layers.1.input_layernorm.weight",
                        "model.layers.10.input_layernorm.weight",
                        "model.layers.2.input_layernorm.weight");
    }

    @Test
    void aTiedHeadCountsOnceUnderTheEmbeddingsName() {
        ModelArchitecture tied = architecture(1, true);
        ModelArchitecture untied = architecture(1, false);
        assertThat(tied.tensors()).extracting(TensorSpec::name).doesNotContain("lm_head.weight");
        assertThat(untied.tensors().get(0).name()).isEqualTo("lm_head.weight");
        assertThat(untied.parameters() - tied.parameters()).isEqualTo(20 * 8);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsWrittenIsReadBack(boolean tied) {
        ModelArchitecture written = architecture(2, tied);
        LlamaConfigJson.write(written, folder.resolve("config.json"));
        assertThat(ModelArchitecture.read(folder.resolve("config.json"))).isEqualTo(written);
    }

    @Test
    void aModelWithoutSpecialTokensIsReadBack() {
        ModelArchitecture written =
                ModelArchitecture.llama(20, 8, 12, 1, 2, 1, 4, 32, 1e4, 1e-5, true, 0.02, null, List.of());
        LlamaConfigJson.write(written, folder.resolve("config.json"));
        assertThat(ModelArchitecture.read(folder.resolve("config.json"))).isEqualTo(written);
    }

    /** The layout that transformers 5 writes. */
    @Test
    void readsTheWordsOfTransformersFive() throws IOException {
        ObjectNode config = config();
        config.remove(List.of("rope_theta", "torch_dtype"));
        config.put("dtype", "bfloat16");
        config.putObject("rope_parameters").put("rope_theta", 500_000.0).put("rope_type", "default");
        config.putArray("eos_token_id").add(2).add(5);
        ModelArchitecture read = read(config);
        assertThat(rope(read)).isEqualTo(new Rope.Plain(500_000, 1));
        assertThat(read.eosIds()).containsExactly(2, 5);
    }

    /** As LlamaConfig of transformers: one key/value head per head, width by division, theta 10000, epsilon 1e-6, untied. */
    @Test
    void absentFieldsMeanTransformersDefaults() throws IOException {
        ObjectNode config = config();
        config.remove(List.of(
                "num_key_value_heads",
                "head_dim",
                "rope_theta",
                "rms_norm_eps",
                "tie_word_embeddings",
                "max_position_embeddings",
                "bos_token_id",
                "eos_token_id"));
        ModelArchitecture read = read(config);
        assertThat(read.keyValueHeads()).isEqualTo(2);
        assertThat(read.headSize()).isEqualTo(4);
        assertThat(rope(read)).isEqualTo(new Rope.Plain(10_000, 1));
        assertThat(read.rmsNormEpsilon()).isEqualTo(1e-6);
        assertThat(read.tiedEmbeddings()).isFalse();
        assertThat(read.maxPositions()).isEqualTo(2048);
        assertThat(read.bosId()).isEqualTo(1);
        assertThat(read.eosIds()).containsExactly(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "rope_scaling | {`rope_type`:`llama3`,`factor`:8.0} | rope_scaling",
                "rope_parameters | {`rope_type`:`yarn`,`rope_theta`:1.0} | rope_parameters",
                "rope_scaling | 2.0 | rope_scaling",
                "rope_interleaved | true | rope_interleaved",
                "partial_rotary_factor | 0.5 | partial_rotary_factor",
                "auto_map | {`AutoModel`:`modeling.Mine`} | auto_map",
                "layer_types | [`full_attention`] | layer_types",
                "rope_scaling | {`rope_type`:`linear`,`factor`:2.0,`beta`:1} | [beta] in rope_scaling",
                "rope_scaling | {`rope_type`:`linear`} | rope_scaling.factor",
                "rope_scaling | {`rope_type`:`linear`,`factor`:-1.0} | factor",
                "hidden_act | `relu` | hidden_act",
                "tie_word_embeddings | `yes` | tie_word_embeddings",
                "pad_token_id | 20 | pad_token_id",
                "use_bidirectional_attention | true | use_bidirectional_attention",
                "sliding_window | 4096 | sliding_window",
                "quantization_config | {`bits`:4} | quantization_config",
                "embedding_multiplier | 12.0 | embedding_multiplier",
                "num_key_value_heads | 3 | num_key_value_heads",
                "hidden_size | `64` | hidden_size",
                "vocab_size | 0 | vocab_size",
                "eos_token_id | 20 | eos_token_id",
                "eos_token_id | [1, `a`] | eos_token_id",
                "head_dim | 3 | head_dim",
                "rms_norm_eps | -1.0 | rms_norm_eps"
            })
    void whatWouldChangeTheComputationIsRefusedByName(String field, String value, String named) throws IOException {
        ObjectNode config = config();
        config.set(field, JSON.readTree(value.replace('`', '"')));
        assertThatThrownBy(() -> read(config))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageStartingWith("Cannot use the model of " + folder.resolve("config.json"))
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "rope_scaling | null",
                "rope_scaling | {`rope_type`:`default`}",
                "sliding_window | null",
                "pretraining_tp | 1",
                "use_cache | true",
                "transformers_version | `5.1.0`",
                "_name_or_path | `somewhere`",
                "attention_dropout | 0.1",
                "pad_token_id | null",
                "unk_token_id | 0",
                "rope_interleaved | false",
                "is_llama_config | true"
            })
    void whatLeavesTheComputationAlonePasses(String field, String value) throws IOException {
        ObjectNode config = config();
        ModelArchitecture before = read(config);
        config.set(field, JSON.readTree(value.replace('`', '"')));
        assertThat(read(config)).isEqualTo(before);
    }

    @Test
    void anUnknownArchitectureIsRefusedWithTheOnesThatWork() throws IOException {
        ObjectNode config = config();
        config.putArray("architectures").add("MambaForCausalLM");
        config.put("model_type", "mamba");
        assertThatThrownBy(() -> read(config))
                .hasMessageContaining("MambaForCausalLM")
                .hasMessageContaining("LlamaForCausalLM");
    }

    /** Made from a configuration class a config.json has a model_type alone; transformers goes by that. */
    @ParameterizedTest
    @ValueSource(strings = {"missing", "null", "[]"})
    void theModelTypeSaysEnoughWhereNoArchitectureIsNamed(String architectures) throws IOException {
        ObjectNode config = config();
        ModelArchitecture before = read(config);
        config.remove("architectures");
        if (!architectures.equals("missing")) {
            config.set("architectures", JSON.readTree(architectures));
        }
        assertThat(read(config)).isEqualTo(before);
        config.put("model_type", "mamba");
        assertThatThrownBy(() -> read(config)).hasMessageContaining("architecture (none) with model_type mamba");
    }

    @ParameterizedTest
    @ValueSource(strings = {"num_hidden_layers", "hidden_size", "vocab_size", "intermediate_size", "model_type"})
    void aMissingShapeIsNamed(String field) throws IOException {
        ObjectNode config = config();
        config.remove(field);
        assertThatThrownBy(() -> read(config)).isInstanceOf(ModelFolderException.class);
    }

    @Test
    void aMissingOrBrokenFileIsNamed() throws IOException {
        Path file = folder.resolve("config.json");
        assertThatThrownBy(() -> ModelArchitecture.read(file))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContaining("there is no file " + file);
        Files.writeString(file, "{\"vocab_size\": 1,");
        assertThatThrownBy(() -> ModelArchitecture.read(file))
                .hasMessageContaining(file + " is not valid JSON at line 1, column 18: Unexpected end-of-input")
                .hasMessageNotContaining("REDACTED");
        Files.writeString(file, "{\"initializer_range\": NaN}");
        assertThatThrownBy(() -> ModelArchitecture.read(file)).hasMessageEndingWith("Non-standard token 'NaN'");
        Files.writeString(file, "[]");
        assertThatThrownBy(() -> ModelArchitecture.read(file)).hasMessageContaining("is not a JSON object");
        Files.writeString(file, "");
        assertThatThrownBy(() -> ModelArchitecture.read(file)).hasMessageContaining("is not a JSON object");
        Files.writeString(file, "{\"vocab_size\": 1, \"vocab_size\": 2}");
        assertThatThrownBy(() -> ModelArchitecture.read(file)).hasMessageContaining("vocab_size");
    }

    private ObjectNode config() throws IOException {
        Path file = folder.resolve("config.json");
        LlamaConfigJson.write(architecture(1, true), file);
        return (ObjectNode) JSON.readTree(file.toFile());
    }

    private ModelArchitecture read(ObjectNode config) throws IOException {
        Path file = folder.resolve("config.json");
        JSON.writeValue(file.toFile(), config);
        return ModelArchitecture.read(file);
    }

    private static Rope rope(ModelArchitecture model) {
        return model.parts().layerKinds().get(0).rope();
    }

    private static ModelArchitecture architecture(int layers, boolean tied) {
        return ModelArchitecture.llama(20, 8, 12, layers, 2, 1, 4, 32, 1000, 1e-5, tied, 0.02, 1, List.of(2, 3));
    }
}

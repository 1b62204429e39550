package io.trimtab.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.parts.LayerKind;
import io.trimtab.model.parts.Rope;
import io.trimtab.model.weights.ModelFolderException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** config.json of released models in the words of transformers 4, with the parameters that transformers counts (released.json). */
class ReleasedConfigsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    static List<String> models() {
        List<String> names = new ArrayList<>();
        released().fieldNames().forEachRemaining(names::add);
        return names;
    }

    @ParameterizedTest
    @MethodSource("models")
    void haveAsManyParametersAsTransformersCounts(String model) {
        assertThat(read(model, config -> {}).parameters())
                .isEqualTo(released().get(model).get("parameters").asLong());
    }

    @Test
    void gemmaTwoLooksFarInEverySecondLayer() {
        ModelArchitecture gemma = read("gemma-2-2b", config -> {});
        List<Integer> windows =
                gemma.parts().layerKinds().stream().map(LayerKind::window).toList();
        assertThat(windows.subList(0, 4)).containsExactly(4096, LayerKind.UNLIMITED, 4096, LayerKind.UNLIMITED);
        assertThat(gemma.parts().attention().scale()).isEqualTo(0.0625);
        assertThat(gemma.parts().multipliers().embedding()).isEqualTo(48);
        assertThat(gemma.padId()).isZero();
    }

    @Test
    void gemmaThreeTurnsFarLayersSlower() {
        List<LayerKind> kinds = read("gemma-3-1b-it", config -> {}).parts().layerKinds();
        assertThat(kinds.get(4)).isEqualTo(new LayerKind(512, new Rope.Plain(10_000, 1)));
        assertThat(kinds.get(5)).isEqualTo(new LayerKind(LayerKind.UNLIMITED, new Rope.Plain(1_000_000, 1)));
        assertThat(kinds.stream().filter(kind -> kind.window() == 512)).hasSize(22);
    }

    @Test
    void gemmaThreeScalesOnlyItsFarLayers() {
        List<LayerKind> kinds = read(
                        "gemma-3-1b-it",
                        config -> config.putObject("rope_scaling")
                                .put("rope_type", "linear")
                                .put("factor", 8.0))
                .parts()
                .layerKinds();
        assertThat(kinds.get(0).rope()).isEqualTo(new Rope.Plain(10_000, 1));
        assertThat(kinds.get(5).rope()).isEqualTo(new Rope.Linear(new Rope.Plain(1_000_000, 1), 8));
    }

    /** The words of version 5, as FamilyParityTest's cases have them, mean what those of version 4 do. */
    @Test
    void bothVersionsOfTransformersSayTheSame() {
        assertThat(read("Llama-3.2-1B", config -> {
                    ObjectNode rope = (ObjectNode) config.remove("rope_scaling");
                    rope.set("rope_theta", config.remove("rope_theta"));
                    config.set("rope_parameters", rope);
                    config.set("dtype", config.remove("torch_dtype"));
                }))
                .isEqualTo(read("Llama-3.2-1B", config -> {}));
        assertThat(read("gemma-3-1b-it", config -> {
                    config.remove(
                            List.of("rope_theta", "rope_local_base_freq", "rope_scaling", "sliding_window_pattern"));
                    ObjectNode rope = config.putObject("rope_parameters");
                    rope.putObject("full_attention").put("rope_type", "default").put("rope_theta", 1e6);
                    rope.putObject("sliding_attention")
                            .put("rope_type", "default")
                            .put("rope_theta", 1e4);
                    var types = config.putArray("layer_types");
                    for (int layer = 1; layer <= 26; layer++) {
                        types.add(layer % 6 == 0 ? "full_attention" : "sliding_attention");
                    }
                }))
                .isEqualTo(read("gemma-3-1b-it", config -> {}));
    }

    @Test
    void longRopeEndsAtTheOriginalPositions() {
        ModelArchitecture phi = read("Phi-3-mini-4k-instruct", config -> {
            ObjectNode rope = config.put("max_position_embeddings", 131_072).putObject("rope_scaling");
            rope.put("type", "longrope");
            for (String factors : List.of("short_factor", "long_factor")) {
                var list = rope.putArray(factors);
                for (int pair = 0; pair < 48; pair++) {
                    list.add(1.25);
                }
            }
        });
        assertThat(phi.maxPositions()).isEqualTo(4096);
        Rope rope = phi.parts().layerKinds().get(0).rope();
        // sqrt(1 + ln 32 / ln 4096)
        assertThat(rope.amplitude()).isCloseTo(Math.sqrt(1 + 5.0 / 12), within(1e-15));
        assertThat(rope.frequencies(96)[0]).isEqualTo(0.8);
    }

    /** Wavelengths of 8192 / 4 and less are kept, of 8192 and more stretched 32 times. */
    @Test
    void llamaThreeStretchesLongWaves() {
        Rope rope =
                read("Llama-3.2-1B", config -> {}).parts().layerKinds().get(0).rope();
        double[] plain = new Rope.Plain(500_000, 1).frequencies(64);
        double[] scaled = rope.frequencies(64);
        assertThat(scaled[0]).isEqualTo(plain[0]);
        assertThat(scaled[31]).isCloseTo(plain[31] / 32, within(1e-18));
        assertThat(scaled[16]).isBetween(plain[16] / 32, plain[16]);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "Mistral-7B-v0.1 | layer_types | [`full_attention`] | layer_types",
                "Qwen2.5-0.5B | layer_types | [`full_attention`] | layer_types has 1 entries",
                "Qwen3-0.6B | layer_types | [`chunked_attention`] | chunked_attention",
                "Qwen2.5-0.5B | use_mrope | true | use_mrope",
                "gemma-2-2b | hidden_activation | `relu` | hidden_act",
                "gemma-2-2b | sliding_window | null | sliding_window is missing",
                "gemma-2-2b | sliding_window_size | 5 | they must agree",
                "gemma-2-2b | attn_logit_softcapping | 0.0 | attn_logit_softcapping",
                "gemma-3-1b-it | attn_logit_softcapping | 50.0 | attn_logit_softcapping",
                "gemma-3-1b-it | use_bidirectional_attention | true | use_bidirectional_attention",
                "gemma-3-1b-it | sliding_window_pattern | 0 | sliding_window_pattern",
                "Phi-3-mini-4k-instruct | rope_scaling | {`type`:`yarn`,`factor`:4.0} | yarn",
                "Phi-3-mini-4k-instruct | auto_map | {`AutoModelForCausalLM`:`modeling_x.OtherForCausalLM`} | auto_map",
                "OLMo-2-0425-1B | clip_qkv | 8.0 | clip_qkv",
                "OLMo-2-0425-1B | mlp_bias | true | mlp_bias is true, and only false is implemented",
                "Mistral-7B-v0.1 | attention_bias | true | attention_bias is true",
                "Mistral-7B-v0.1 | use_sliding_window | true | use_sliding_window is true",
                "granite-3.1-2b-base | logits_scaling | 0.0 | logits",
                "Llama-3.2-1B | embedding_multiplier | 12.0 | embedding_multiplier",
                "Llama-3.2-1B | partial_rotary_factor | 0.5 | partial_rotary_factor",
                "Llama-3.2-1B | rope_parameters | {`rope_type`:`default`} | rope_scaling and rope_parameters",
            })
    void whatAFamilyDoesNotHaveIsRefusedByName(String model, String field, String value, String named) {
        assertThatThrownBy(() -> read(model, config -> config.set(field, parse(value))))
                .isInstanceOf(ModelFolderException.class)
                .hasMessageContaining(named);
    }

    @Test
    void aFieldThatSaysWhatIsSoAnywayPasses() {
        assertThat(read("Mistral-7B-v0.1", config -> config.put("attention_bias", false)))
                .isEqualTo(read("Mistral-7B-v0.1", config -> {}));
    }

    @Test
    void anUnknownFamilyIsRefusedWithAllThatWork() {
        assertThatThrownBy(() -> read("Llama-3.2-1B", config -> {
                    config.put("model_type", "gemma3");
                    config.putArray("architectures").add("Gemma3ForConditionalGeneration");
                }))
                .hasMessageContaining("Gemma3ForConditionalGeneration")
                .hasMessageContaining("LlamaForCausalLM with llama")
                .hasMessageContaining("Gemma3ForCausalLM with gemma3_text")
                .hasMessageContaining("GraniteForCausalLM with granite");
    }

    /** Made from a configuration class with a small vocabulary, a config keeps the class's own ids. */
    @Test
    void anIdThatNobodyChoseMayLieOutsideTheVocabulary() {
        ModelArchitecture small = read("Phi-3-mini-4k-instruct", config -> config.put("vocab_size", 100));
        assertThat(small.eosIds()).isEmpty();
        assertThat(small.padId()).isNull();
        assertThatThrownBy(() -> read("Llama-3.2-1B", config -> config.put("vocab_size", 100)))
                .hasMessageContaining("bos_token_id");
    }

    private static JsonNode parse(String value) {
        try {
            return JSON.readTree(value.replace('`', '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ModelArchitecture read(String model, Consumer<ObjectNode> change) {
        ObjectNode config = released().get(model).get("config").deepCopy();
        change.accept(config);
        try {
            Path file = folder.resolve("config.json");
            JSON.writeValue(file.toFile(), config);
            return ModelArchitecture.read(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode released() {
        try (InputStream in = ReleasedConfigsTest.class.getResourceAsStream("released.json")) {
            return JSON.readTree(Objects.requireNonNull(in, "released.json is missing"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

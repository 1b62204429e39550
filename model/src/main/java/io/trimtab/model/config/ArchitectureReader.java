package io.trimtab.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.parts.Activation;
import io.trimtab.model.parts.Attention;
import io.trimtab.model.parts.DecoderParts;
import io.trimtab.model.parts.LayerKind;
import io.trimtab.model.parts.Multipliers;
import io.trimtab.model.parts.Projections;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a config.json in the words of transformers 4 (rope_theta, rope_scaling, torch_dtype) and 5 (rope_parameters, dtype), for all
 * families: a field means the same wherever a family has it. Strict: what is neither understood nor known to leave the computation alone is
 * refused by name, because a model that is computed slightly wrong trains without a complaint.
 */
final class ArchitectureReader {

    private final Family family;
    private final ConfigFields config;

    private ArchitectureReader(Family family, ConfigFields config) {
        this.family = family;
        this.config = config;
    }

    static ModelArchitecture read(Path file, ObjectNode root, Family family) {
        FamilyFields fields = FamilyFields.of(family);
        ConfigFields config = new ConfigFields(file, "", root, fields.defaults());
        config.requireKnown(fields.understood(), fields.harmless());
        fields.only().properties().forEach(field -> config.requireOnly(field.getKey(), field.getValue()));
        ArchitectureReader reader = new ArchitectureReader(family, config);
        reader.requireOwnCode();
        return reader.read();
    }

    private ModelArchitecture read() {
        int vocabulary = config.integer("vocab_size");
        int hiddenSize = config.integer("hidden_size");
        int intermediateSize = config.integer("intermediate_size");
        int layers = config.integer("num_hidden_layers");
        int heads = config.integer("num_attention_heads");
        int headSize = headSize(hiddenSize, heads);
        int positions = config.integer("max_position_embeddings");
        List<LayerKind> kinds = LayerKinds.read(family, config, layers, positions);
        for (LayerKind kind : kinds) {
            positions = kind.rope().positions(positions);
        }
        return new ModelArchitecture(
                family.modelType(),
                vocabulary,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                config.has("num_key_value_heads") ? config.integer("num_key_value_heads") : heads,
                headSize,
                positions,
                config.number("rms_norm_eps"),
                config.flag("tie_word_embeddings"),
                config.number("initializer_range"),
                padId(vocabulary),
                bosId(vocabulary),
                eosIds(vocabulary),
                parts(hiddenSize, headSize, kinds));
    }

    private int headSize(int hiddenSize, int heads) {
        if (config.has("head_dim")) {
            return config.integer("head_dim");
        }
        if (heads < 1 || hiddenSize < heads) {
            throw config.unusable("head_dim is missing, and hidden_size " + hiddenSize
                    + " cannot be divided among num_attention_heads " + heads);
        }
        // Cut off where it does not come out even, as in transformers.
        return hiddenSize / heads;
    }

    private DecoderParts parts(int hiddenSize, int headSize, List<LayerKind> kinds) {
        boolean attentionBias = config.flag("attention_bias");
        return new DecoderParts(
                family.norms(),
                family.isGemma(),
                new Projections(
                        family.fusesProjections(),
                        attentionBias || family.alwaysBiasesQueries(),
                        attentionBias,
                        config.flag("mlp_bias")),
                family.queryKeyNorm(),
                activation(),
                new Attention(attentionScale(headSize), cap("attn_logit_softcapping")),
                multipliers(hiddenSize),
                kinds);
    }

    private Activation activation() {
        String field = family.isGemma() ? "hidden_activation" : "hidden_act";
        if (family.isGemma()
                && config.has("hidden_act")
                && !config.text("hidden_act").equals(config.text(field))) {
            throw config.unusable("hidden_act is " + config.at("hidden_act") + " and hidden_activation is "
                    + config.at(field) + ": they must agree");
        }
        return switch (config.text(field)) {
            case "silu", "swish" -> Activation.SILU;
            case "gelu_pytorch_tanh", "gelu_new" -> Activation.GELU_TANH;
            case "gelu" -> Activation.GELU;
            default ->
                throw config.unusable(field + " is " + config.at(field)
                        + ", and only silu, gelu_pytorch_tanh, gelu_new and gelu are implemented");
        };
    }

    private double attentionScale(int headSize) {
        if (family.isGemma()) {
            return 1 / Math.sqrt(config.number("query_pre_attn_scalar"));
        }
        return family == Family.GRANITE ? config.number("attention_multiplier") : 1 / Math.sqrt(headSize);
    }

    private Multipliers multipliers(int hiddenSize) {
        double cap = cap("final_logit_softcapping");
        if (family == Family.GRANITE) {
            return new Multipliers(
                    config.number("embedding_multiplier"),
                    config.number("residual_multiplier"),
                    1 / config.number("logits_scaling"),
                    cap);
        }
        return new Multipliers(family.isGemma() ? Math.sqrt(hiddenSize) : 1, 1, 1, cap);
    }

    private double cap(String field) {
        if (!config.has(field)) {
            return 0;
        }
        double cap = config.number(field);
        if (!(cap > 0)) {
            throw config.unusable(field + " must be positive, or null for none, and is " + config.at(field));
        }
        return cap;
    }

    /** As torch's padding_idx: a negative one counts from the end of the vocabulary. */
    private @Nullable Integer padId(int vocabulary) {
        Integer id = knownId("pad_token_id", vocabulary);
        return id != null && id < 0 ? (Integer) (id + vocabulary) : id;
    }

    private @Nullable Integer bosId(int vocabulary) {
        return knownId("bos_token_id", vocabulary);
    }

    private @Nullable Integer knownId(String field, int vocabulary) {
        Integer id = config.id(field);
        return id != null && id >= vocabulary && isDefault(field) ? null : id;
    }

    private List<Integer> eosIds(int vocabulary) {
        List<Integer> ids = config.ids("eos_token_id");
        return isDefault("eos_token_id") && ids.stream().anyMatch(id -> id >= vocabulary) ? List.of() : ids;
    }

    /** An id that nobody chose: small models made from a configuration class keep the one of the large vocabulary. */
    private boolean isDefault(String field) {
        return config.at(field).equals(config.defaults().path(field));
    }

    /** A repository may carry its own copy of a class of transformers, under its name; other code computes who knows what. */
    private void requireOwnCode() {
        List<String> foreign = new ArrayList<>();
        String stem = family.architecture().replace("ForCausalLM", "");
        for (JsonNode value : config.at("auto_map")) {
            String name = value.asText();
            String type = name.substring(name.lastIndexOf('.') + 1);
            if (!type.startsWith(stem)) {
                foreign.add(name);
            }
        }
        if (!foreign.isEmpty()
                || (config.has("auto_map") && !config.at("auto_map").isObject())) {
            throw config.unusable("auto_map names code of its own, which is not run here: " + config.at("auto_map"));
        }
    }
}

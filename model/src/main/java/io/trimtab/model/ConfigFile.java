package io.trimtab.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.model.weights.ModelFolderException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * config.json of the Llama family, in the words of transformers 4 (rope_theta, torch_dtype) and 5 (rope_parameters, dtype). Strict: a
 * field that is neither understood nor known to leave the computation alone is refused by name, because a model that is computed
 * slightly wrong trains without a complaint.
 */
final class ConfigFile {

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(SerializationFeature.INDENT_OUTPUT);

    /** Architecture that works here -> its model_type. */
    private static final Map<String, String> FAMILIES = Map.of("LlamaForCausalLM", "llama");

    /** Fields that {@link #architecture()} reads. */
    private static final Set<String> UNDERSTOOD = Set.of(
            "architectures",
            "model_type",
            "vocab_size",
            "hidden_size",
            "intermediate_size",
            "num_hidden_layers",
            "num_attention_heads",
            "num_key_value_heads",
            "head_dim",
            "max_position_embeddings",
            "rope_theta",
            "rope_parameters",
            "rope_scaling",
            "rms_norm_eps",
            "tie_word_embeddings",
            "initializer_range",
            "bos_token_id",
            "eos_token_id",
            "torch_dtype",
            "dtype",
            "hidden_act",
            "attention_bias",
            "mlp_bias",
            "attention_dropout");

    /** Bookkeeping, generation defaults and other tasks' fields: none changes what the decoder computes. */
    private static final Set<String> HARMLESS = Set.of(
            // pretraining_tp splits matrix products of the released training run; the result is the same
            "pretraining_tp",
            "use_cache",
            "transformers_version",
            "pad_token_id",
            "sep_token_id",
            "decoder_start_token_id",
            "forced_bos_token_id",
            "forced_eos_token_id",
            "tokenizer_class",
            "name_or_path",
            "return_dict",
            "return_dict_in_generate",
            "output_attentions",
            "output_hidden_states",
            "output_scores",
            "torchscript",
            "use_bfloat16",
            "is_decoder",
            "is_encoder_decoder",
            "id2label",
            "label2id",
            "num_labels",
            "problem_type",
            "finetuning_task",
            "task_specific_params",
            "tf_legacy_loss",
            "chunk_size_feed_forward",
            "prefix",
            "max_length",
            "min_length",
            "do_sample",
            "early_stopping",
            "num_beams",
            "num_beam_groups",
            "diversity_penalty",
            "temperature",
            "top_k",
            "top_p",
            "typical_p",
            "repetition_penalty",
            "length_penalty",
            "no_repeat_ngram_size",
            "encoder_no_repeat_ngram_size",
            "bad_words_ids",
            "num_return_sequences",
            "exponential_decay_length_penalty",
            "suppress_tokens",
            "begin_suppress_tokens",
            "remove_invalid_values",
            "unsloth_version",
            "unsloth_fixed");

    private final Path file;
    private final ObjectNode root;

    private ConfigFile(Path file, ObjectNode root) {
        this.file = file;
        this.root = root;
    }

    static ModelArchitecture read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ModelFolderException("Cannot read the model's shape, there is no file " + file
                    + ": name a folder in Hugging Face layout with config.json");
        }
        try {
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            if (!(root instanceof ObjectNode object)) {
                throw new ModelFolderException("Cannot read the model's shape, " + file + " is not a JSON object");
            }
            return new ConfigFile(file, object).architecture();
        } catch (JsonProcessingException e) {
            throw new ModelFolderException(
                    "Cannot read the model's shape, " + file + " is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        } catch (IllegalArgumentException e) {
            throw new ModelFolderException("Cannot use the model of " + file + ": " + e.getMessage(), e);
        }
    }

    private ModelArchitecture architecture() {
        String modelType = family();
        refuseUnknownFields();
        requireValue("hidden_act", "silu");
        requireFalse("attention_bias");
        requireFalse("mlp_bias");
        requireFalse("is_encoder_decoder");
        if (number("attention_dropout", 0) != 0) {
            throw unusable("attention_dropout is " + root.get("attention_dropout")
                    + ", and training here has no dropout: set it to 0.0");
        }
        int hidden = integer("hidden_size", null);
        int heads = integer("num_attention_heads", null);
        return new ModelArchitecture(
                modelType,
                integer("vocab_size", null),
                hidden,
                integer("intermediate_size", null),
                integer("num_hidden_layers", null),
                heads,
                integer("num_key_value_heads", heads),
                headSize(hidden, heads),
                integer("max_position_embeddings", 2048),
                ropeTheta(),
                number("rms_norm_eps", 1e-6),
                flag("tie_word_embeddings", false),
                number("initializer_range", 0.02),
                bosId(),
                eosIds());
    }

    private String family() {
        JsonNode named = root.path("architectures").path(0);
        String architecture = named.isTextual() ? named.asText() : "(none)";
        String expected = FAMILIES.get(architecture);
        String modelType = root.path("model_type").asText("(none)");
        if (expected == null || !expected.equals(modelType)) {
            throw unusable("architecture " + architecture + " with model_type " + modelType
                    + " is not one that works here: " + FAMILIES);
        }
        return modelType;
    }

    private void refuseUnknownFields() {
        List<String> unknown = new ArrayList<>();
        root.fieldNames().forEachRemaining(field -> {
            boolean known = UNDERSTOOD.contains(field) || HARMLESS.contains(field) || field.startsWith("_");
            if (!known && present(field)) {
                unknown.add(field);
            }
        });
        if (!unknown.isEmpty()) {
            throw unusable("fields that may change the computation and are not understood: " + unknown
                    + "; remove them only if the model computes the same without them");
        }
    }

    private double ropeTheta() {
        double theta = number("rope_theta", 10000);
        for (String field : List.of("rope_scaling", "rope_parameters")) {
            if (!present(field)) {
                continue;
            }
            JsonNode rope = root.get(field);
            String type = rope.path("rope_type").asText(rope.path("type").asText("default"));
            rope.fieldNames().forEachRemaining(name -> {
                if (!Set.of("rope_type", "type", "rope_theta").contains(name) || !type.equals("default")) {
                    throw unusable(field + " is " + rope + ", and only rope_type default is implemented");
                }
            });
            if (rope.has("rope_theta")) {
                theta = rope.get("rope_theta").asDouble();
            }
        }
        return theta;
    }

    private int headSize(int hidden, int heads) {
        if (present("head_dim")) {
            return integer("head_dim", null);
        }
        if (heads < 1 || hidden % heads != 0) {
            throw unusable("head_dim is missing, and hidden_size " + hidden
                    + " is not a multiple of num_attention_heads " + heads);
        }
        return hidden / heads;
    }

    /** An absent field means transformers' default of this family, a null means none. */
    private @Nullable Integer bosId() {
        if (!root.has("bos_token_id")) {
            return 1;
        }
        return present("bos_token_id") ? integer("bos_token_id", null) : null;
    }

    private List<Integer> eosIds() {
        if (!root.has("eos_token_id")) {
            return List.of(2);
        }
        JsonNode eos = root.get("eos_token_id");
        if (!eos.isArray()) {
            return present("eos_token_id") ? List.of(integer("eos_token_id", null)) : List.of();
        }
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : eos) {
            if (!id.isInt()) {
                throw unusable("eos_token_id must be an integer or a list of integers, and is " + eos);
            }
            ids.add(id.asInt());
        }
        return ids;
    }

    private boolean present(String field) {
        return root.hasNonNull(field);
    }

    private Integer integer(String field, @Nullable Integer fallback) {
        if (!present(field) && fallback != null) {
            return fallback;
        }
        if (!root.path(field).isInt()) {
            throw unusable(field + " must be an integer, and is " + (root.has(field) ? root.get(field) : "missing"));
        }
        return root.get(field).asInt();
    }

    private double number(String field, double fallback) {
        if (!present(field)) {
            return fallback;
        }
        if (!root.get(field).isNumber()) {
            throw unusable(field + " must be a number, and is " + root.get(field));
        }
        return root.get(field).asDouble();
    }

    private boolean flag(String field, boolean fallback) {
        if (!present(field)) {
            return fallback;
        }
        if (!root.get(field).isBoolean()) {
            throw unusable(field + " must be true or false, and is " + root.get(field));
        }
        return root.get(field).asBoolean();
    }

    private void requireFalse(String field) {
        if (flag(field, false)) {
            throw unusable(field + " is true, and only false is implemented");
        }
    }

    private void requireValue(String field, String only) {
        if (present(field) && !root.get(field).asText().equals(only)) {
            throw unusable(field + " is " + root.get(field) + ", and only " + only + " is implemented");
        }
    }

    private ModelFolderException unusable(String why) {
        return new ModelFolderException("Cannot use the model of " + file + ": " + why);
    }

    static void write(ModelArchitecture model, Path file, String dtype) {
        ObjectNode root = JSON.createObjectNode();
        root.putArray("architectures").add("LlamaForCausalLM");
        root.put("model_type", model.modelType());
        root.put("vocab_size", model.vocabularySize());
        root.put("hidden_size", model.hiddenSize());
        root.put("intermediate_size", model.intermediateSize());
        root.put("num_hidden_layers", model.layers());
        root.put("num_attention_heads", model.heads());
        root.put("num_key_value_heads", model.keyValueHeads());
        root.put("head_dim", model.headSize());
        root.put("max_position_embeddings", model.maxPositions());
        root.put("rope_theta", model.ropeTheta());
        root.put("rms_norm_eps", model.rmsNormEpsilon());
        root.put("hidden_act", "silu");
        root.put("attention_bias", false);
        root.put("mlp_bias", false);
        root.put("tie_word_embeddings", model.tiedEmbeddings());
        root.put("initializer_range", model.initializerRange());
        // Present even where there is none: transformers would else take its own default, 1 and 2.
        root.put("bos_token_id", model.bosId());
        writeEos(model.eosIds(), root);
        root.put("torch_dtype", dtype);
        try {
            Files.write(file, JSON.writeValueAsBytes(root));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    private static void writeEos(List<Integer> ids, ObjectNode root) {
        if (ids.size() > 1) {
            ArrayNode array = root.putArray("eos_token_id");
            ids.forEach(array::add);
        } else {
            root.put("eos_token_id", ids.isEmpty() ? null : ids.get(0));
        }
    }
}

package io.trimtab.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/**
 * config.json of the Llama family, in the words of transformers 4 (rope_theta, torch_dtype) and 5 (rope_parameters, dtype), with that
 * library's defaults for absent fields. Strict: a field that is neither understood nor known to leave the computation alone is refused by
 * name, because a model that is computed slightly wrong trains without a complaint.
 */
final class LlamaConfig {

    static final String ARCHITECTURE = "LlamaForCausalLM";
    static final String MODEL_TYPE = "llama";

    private static final Set<String> DEFAULT_ROPE_KEYS = Set.of("rope_type", "type", "rope_theta");

    /** Fields that {@link #read} looks at. */
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
            "attention_dropout",
            "is_encoder_decoder",
            "add_cross_attention",
            "rope_interleaved",
            "partial_rotary_factor");

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
            "is_llama_config",
            "transformers.js_config",
            "gradient_checkpointing",
            "model_max_length",
            "max_sequence_length",
            "unsloth_version",
            "unsloth_fixed");

    private LlamaConfig() {}

    static ModelArchitecture read(ConfigFields config) {
        config.requireKnown(UNDERSTOOD, HARMLESS);
        refuseVariants(config);
        int hiddenSize = config.integer("hidden_size");
        int heads = config.integer("num_attention_heads");
        return new ModelArchitecture(
                MODEL_TYPE,
                config.integer("vocab_size"),
                hiddenSize,
                config.integer("intermediate_size"),
                config.integer("num_hidden_layers"),
                heads,
                config.integer("num_key_value_heads", heads),
                headSize(config, hiddenSize, heads),
                config.integer("max_position_embeddings", 2048),
                ropeTheta(config),
                config.number("rms_norm_eps", 1e-6),
                config.flag("tie_word_embeddings", false),
                config.number("initializer_range", 0.02),
                config.id("bos_token_id", 1),
                config.ids("eos_token_id", 2));
    }

    private static void refuseVariants(ConfigFields config) {
        config.requireOnly("hidden_act", "silu");
        for (String field : List.of(
                "attention_bias", "mlp_bias", "is_encoder_decoder", "add_cross_attention", "rope_interleaved")) {
            config.requireOnly(field, "false");
        }
        if (config.number("partial_rotary_factor", 1) != 1) {
            throw config.unusable(
                    "partial_rotary_factor is " + config.at("partial_rotary_factor") + ", and only 1.0 is implemented");
        }
        if (config.number("attention_dropout", 0) != 0) {
            throw config.unusable("attention_dropout is " + config.at("attention_dropout")
                    + ", and training here has no dropout: set it to 0.0");
        }
    }

    private static int headSize(ConfigFields config, int hiddenSize, int heads) {
        if (config.has("head_dim")) {
            return config.integer("head_dim");
        }
        if (heads < 1 || hiddenSize % heads != 0) {
            throw config.unusable("head_dim is missing, and hidden_size " + hiddenSize
                    + " is not a multiple of num_attention_heads " + heads);
        }
        return hiddenSize / heads;
    }

    private static double ropeTheta(ConfigFields config) {
        double theta = config.number("rope_theta", 10_000);
        for (String field : List.of("rope_scaling", "rope_parameters")) {
            if (config.has(field)) {
                JsonNode rope = config.at(field);
                requireDefaultRope(config, field, rope);
                theta = rope.path("rope_theta").asDouble(theta);
            }
        }
        return theta;
    }

    private static void requireDefaultRope(ConfigFields config, String field, JsonNode rope) {
        String type = rope.path("rope_type").asText(rope.path("type").asText("default"));
        boolean plain = rope.isObject() && type.equals("default");
        for (var entry : rope.properties()) {
            plain &= DEFAULT_ROPE_KEYS.contains(entry.getKey());
        }
        if (!plain) {
            throw config.unusable(field + " is " + rope + ", and only rope_type default is implemented");
        }
    }
}

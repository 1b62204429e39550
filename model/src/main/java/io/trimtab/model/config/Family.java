package io.trimtab.model.config;

import io.trimtab.model.parts.Norms;
import io.trimtab.model.parts.QueryKeyNorm;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The families that work here, by what their config.json does not say because it is always so. SmolLM2 and TinyLlama are Llamas. */
enum Family {
    LLAMA("LlamaForCausalLM", "llama", Norms.BEFORE, QueryKeyNorm.NONE, Windows.NONE),
    MISTRAL("MistralForCausalLM", "mistral", Norms.BEFORE, QueryKeyNorm.NONE, Windows.EVERY_LAYER),
    QWEN2("Qwen2ForCausalLM", "qwen2", Norms.BEFORE, QueryKeyNorm.NONE, Windows.UPPER_LAYERS),
    QWEN3("Qwen3ForCausalLM", "qwen3", Norms.BEFORE, QueryKeyNorm.PER_HEAD, Windows.UPPER_LAYERS),
    GEMMA2("Gemma2ForCausalLM", "gemma2", Norms.AROUND, QueryKeyNorm.NONE, Windows.ALTERNATING),
    GEMMA3("Gemma3ForCausalLM", "gemma3_text", Norms.AROUND, QueryKeyNorm.PER_HEAD, Windows.ALTERNATING),
    PHI3("Phi3ForCausalLM", "phi3", Norms.BEFORE, QueryKeyNorm.NONE, Windows.EVERY_LAYER),
    OLMO2("Olmo2ForCausalLM", "olmo2", Norms.AFTER, QueryKeyNorm.FULL_WIDTH, Windows.NONE),
    GRANITE("GraniteForCausalLM", "granite", Norms.BEFORE, QueryKeyNorm.NONE, Windows.NONE);

    private final String architecture;
    private final String modelType;
    private final Norms norms;
    private final QueryKeyNorm queryKeyNorm;
    private final Windows windows;

    Family(String architecture, String modelType, Norms norms, QueryKeyNorm queryKeyNorm, Windows windows) {
        this.architecture = architecture;
        this.modelType = modelType;
        this.norms = norms;
        this.queryKeyNorm = queryKeyNorm;
        this.windows = windows;
    }

    /** Which layers have a sliding window where {@code layer_types} does not say. */
    enum Windows {
        NONE,
        /** All, where there is a window. */
        EVERY_LAYER,
        /** From max_window_layers on, where use_sliding_window says so. */
        UPPER_LAYERS,
        /** All but every n-th. */
        ALTERNATING
    }

    /** @param architecture empty where a config.json names none, as one made from a configuration class: its model type says enough */
    static Optional<Family> of(String architecture, String modelType) {
        return Arrays.stream(values())
                .filter(family -> family.modelType.equals(modelType)
                        && (architecture.isEmpty() || family.architecture.equals(architecture)))
                .findFirst();
    }

    /** All of them, for a message. */
    static String known() {
        return Arrays.stream(values())
                .map(family -> family.architecture + " with " + family.modelType)
                .collect(Collectors.joining(", "));
    }

    /** The entry in families.json. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    String architecture() {
        return architecture;
    }

    String modelType() {
        return modelType;
    }

    Norms norms() {
        return norms;
    }

    QueryKeyNorm queryKeyNorm() {
        return queryKeyNorm;
    }

    Windows windows() {
        return windows;
    }

    /** Gemma: norms multiply by 1 + weight, embeddings by the root of their width. */
    boolean isGemma() {
        return this == GEMMA2 || this == GEMMA3;
    }

    boolean fusesProjections() {
        return this == PHI3;
    }

    /** Whether queries, keys and values have a bias in any case. */
    boolean alwaysBiasesQueries() {
        return this == QWEN2;
    }
}

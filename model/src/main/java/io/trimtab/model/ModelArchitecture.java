package io.trimtab.model;

import static java.util.Objects.requireNonNull;

import io.trimtab.model.config.ConfigFile;
import io.trimtab.model.parts.DecoderParts;
import io.trimtab.model.parts.LayerKind;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a decoder, as its config.json tells it: everything that decides the computation, and nothing else. Sizes stand here, and in
 * which way the families differ in {@link DecoderParts}.
 *
 * @param headSize width of one attention head; heads x headSize may differ from hiddenSize
 * @param maxPositions the longest sequence, in tokens
 * @param initializerRange standard deviation of fresh embeddings
 * @param padId the row of the embedding that learns nothing from being read, as in transformers; null for none
 * @param bosId null where the config names none
 * @param eosIds every id that ends a text, the first is the one appended
 */
public record ModelArchitecture(
        String modelType,
        int vocabularySize,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        int maxPositions,
        double rmsNormEpsilon,
        boolean tiedEmbeddings,
        double initializerRange,
        @Nullable Integer padId,
        @Nullable Integer bosId,
        List<Integer> eosIds,
        DecoderParts parts)
        implements Serializable {

    /** Embedding, and head too where the two are tied. */
    public static final String EMBEDDING = "model.embed_tokens.weight";

    /** The head of a model whose embeddings are not tied. */
    public static final String HEAD = "lm_head.weight";

    /** The norm behind the last layer. */
    static final String LAST_NORM = "model.norm.weight";

    public ModelArchitecture {
        requireNonNull(modelType, "modelType is null");
        requireNonNull(parts, "parts is null");
        eosIds = List.copyOf(eosIds);
        requirePositive("vocab_size", vocabularySize);
        requirePositive("hidden_size", hiddenSize);
        requirePositive("intermediate_size", intermediateSize);
        requirePositive("num_hidden_layers", layers);
        requirePositive("num_attention_heads", heads);
        requirePositive("num_key_value_heads", keyValueHeads);
        requirePositive("head_dim", headSize);
        requirePositive("max_position_embeddings", maxPositions);
        require(
                heads % keyValueHeads == 0,
                "num_attention_heads",
                heads,
                "a multiple of num_key_value_heads " + keyValueHeads);
        require(
                rmsNormEpsilon > 0 && Double.isFinite(rmsNormEpsilon),
                "rms_norm_eps",
                rmsNormEpsilon,
                "positive and finite");
        require(
                initializerRange >= 0 && Double.isFinite(initializerRange),
                "initializer_range",
                initializerRange,
                "0 or more and finite");
        require(
                parts.layerKinds().size() == layers,
                "layer_types",
                parts.layerKinds().size(),
                "one for each of num_hidden_layers " + layers);
        for (LayerKind kind : parts.distinctKinds()) {
            int turned = 2 * kind.rope().frequencies(headSize).length;
            require(turned >= 2 && turned <= headSize, "head_dim", headSize, "even: rotary positions turn pairs");
        }
        requireIds("pad_token_id", padId == null ? List.of() : List.of(padId), vocabularySize);
        requireIds("bos_token_id", bosId == null ? List.of() : List.of(bosId), vocabularySize);
        requireIds("eos_token_id", eosIds, vocabularySize);
    }

    /** Llama without rope scaling, biases and padding id. */
    public static ModelArchitecture llama(
            int vocabularySize,
            int hiddenSize,
            int intermediateSize,
            int layers,
            int heads,
            int keyValueHeads,
            int headSize,
            int maxPositions,
            double ropeTheta,
            double rmsNormEpsilon,
            boolean tiedEmbeddings,
            double initializerRange,
            @Nullable Integer bosId,
            List<Integer> eosIds) {
        return new ModelArchitecture(
                "llama",
                vocabularySize,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                keyValueHeads,
                headSize,
                maxPositions,
                rmsNormEpsilon,
                tiedEmbeddings,
                initializerRange,
                null,
                bosId,
                eosIds,
                DecoderParts.llama(layers, headSize, ropeTheta));
    }

    /**
     * Reads a Hugging Face config.json.
     *
     * @throws io.trimtab.model.weights.ModelFolderException where the file is missing or broken, the family is not one that works here, or
     *     a field changes the computation in a way that is not implemented
     */
    public static ModelArchitecture read(Path configJson) {
        return ConfigFile.read(configJson);
    }

    /** The parameter table: every tensor with its shape, in code-point order of the names. A tied head counts once, as the embedding. */
    public List<TensorSpec> tensors() {
        List<LayerTensors.Slot> named = new ArrayList<>();
        named.add(new LayerTensors.Slot(EMBEDDING, vocabularySize, hiddenSize));
        named.add(new LayerTensors.Slot(LAST_NORM, hiddenSize));
        if (!tiedEmbeddings) {
            named.add(new LayerTensors.Slot(HEAD, vocabularySize, hiddenSize));
        }
        List<Optional<LayerTensors.Slot>> slots = LayerTensors.of(this);
        for (int layer = 0; layer < layers; layer++) {
            String prefix = layerPrefix(layer);
            slots.forEach(slot ->
                    slot.ifPresent(weight -> named.add(new LayerTensors.Slot(prefix + weight.name(), weight.shape()))));
        }
        // Names are ASCII, so Java's order by UTF-16 unit is the order by code point.
        named.sort((a, b) -> a.name().compareTo(b.name()));
        List<TensorSpec> specs = new ArrayList<>();
        for (LayerTensors.Slot tensor : named) {
            specs.add(new TensorSpec(specs.size(), tensor.name(), tensor.shape()));
        }
        return List.copyOf(specs);
    }

    static String layerPrefix(int layer) {
        return "model.layers." + layer + ".";
    }

    /** Number of parameters, a tied head counted once. */
    public long parameters() {
        return tensors().stream().mapToLong(TensorSpec::elements).sum();
    }

    private static void requirePositive(String field, int value) {
        require(value > 0, field, value, "1 or more");
    }

    private static void requireIds(String field, List<Integer> ids, int vocabularySize) {
        for (int id : ids) {
            require(id >= 0 && id < vocabularySize, field, id, "between 0 and vocab_size " + vocabularySize + " - 1");
        }
    }

    private static void require(boolean holds, String field, Object value, String must) {
        if (!holds) {
            throw new IllegalArgumentException("Model field " + field + " must be " + must + ": " + value);
        }
    }
}

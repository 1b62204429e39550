package io.trimtab.model;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a decoder, as its config.json tells it: everything that decides the computation, and nothing else.
 *
 * <p>Llama family: pre-norm RMSNorm, rotary positions, grouped key/value heads, SiLU-gated MLP, no biases.
 *
 * @param headSize width of one attention head; heads x headSize may differ from hiddenSize
 * @param initializerRange standard deviation of fresh embeddings
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
        double ropeTheta,
        double rmsNormEpsilon,
        boolean tiedEmbeddings,
        double initializerRange,
        @Nullable Integer bosId,
        List<Integer> eosIds)
        implements Serializable {

    /** Embedding, and head too where the two are tied. */
    public static final String EMBEDDING = "model.embed_tokens.weight";

    /** The head of a model whose embeddings are not tied. */
    public static final String HEAD = "lm_head.weight";

    public ModelArchitecture {
        requireNonNull(modelType, "modelType is null");
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
        require(headSize % 2 == 0, "head_dim", headSize, "even: rotary positions turn pairs");
        require(ropeTheta > 0 && Double.isFinite(ropeTheta), "rope_theta", ropeTheta, "positive and finite");
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
        requireIds("bos_token_id", bosId == null ? List.of() : List.of(bosId), vocabularySize);
        requireIds("eos_token_id", eosIds, vocabularySize);
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

    /**
     * Writes the config.json of a fresh model of this shape.
     *
     * @param dtype Hugging Face's word for the weights: float32, float16, bfloat16
     */
    public void write(Path configJson, String dtype) {
        ConfigFile.write(this, configJson, dtype);
    }

    /** The parameter table: every tensor with its shape, in code-point order of the names. A tied head counts once, as the embedding. */
    public List<TensorSpec> tensors() {
        List<Named> named = new ArrayList<>();
        named.add(new Named(EMBEDDING, vocabularySize, hiddenSize));
        named.add(new Named("model.norm.weight", hiddenSize));
        if (!tiedEmbeddings) {
            named.add(new Named(HEAD, vocabularySize, hiddenSize));
        }
        for (int layer = 0; layer < layers; layer++) {
            addLayer(named, "model.layers." + layer + ".");
        }
        // Names are ASCII, so Java's order by UTF-16 unit is the order by code point.
        named.sort((a, b) -> a.name().compareTo(b.name()));
        List<TensorSpec> specs = new ArrayList<>();
        for (Named tensor : named) {
            specs.add(new TensorSpec(specs.size(), tensor.name(), tensor.shape()));
        }
        return List.copyOf(specs);
    }

    /** Number of parameters, a tied head counted once. */
    public long parameters() {
        return tensors().stream().mapToLong(TensorSpec::elements).sum();
    }

    private void addLayer(List<Named> named, String prefix) {
        long queries = (long) heads * headSize;
        long keys = (long) keyValueHeads * headSize;
        named.add(new Named(prefix + "input_layernorm.weight", hiddenSize));
        named.add(new Named(prefix + "post_attention_layernorm.weight", hiddenSize));
        named.add(new Named(prefix + "self_attn.q_proj.weight", queries, hiddenSize));
        named.add(new Named(prefix + "self_attn.k_proj.weight", keys, hiddenSize));
        named.add(new Named(prefix + "self_attn.v_proj.weight", keys, hiddenSize));
        named.add(new Named(prefix + "self_attn.o_proj.weight", hiddenSize, queries));
        named.add(new Named(prefix + "mlp.gate_proj.weight", intermediateSize, hiddenSize));
        named.add(new Named(prefix + "mlp.up_proj.weight", intermediateSize, hiddenSize));
        named.add(new Named(prefix + "mlp.down_proj.weight", hiddenSize, intermediateSize));
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

    private record Named(String name, long... shape) {}
}

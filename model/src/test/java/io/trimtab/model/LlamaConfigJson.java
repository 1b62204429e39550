package io.trimtab.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.model.parts.Rope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes the config.json of a plain Llama, in the words of transformers 4. */
public final class LlamaConfigJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private LlamaConfigJson() {}

    public static void write(ModelArchitecture model, Path file) {
        Rope.Plain rope = (Rope.Plain) model.parts().layerKinds().get(0).rope();
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
        root.put("rope_theta", rope.theta());
        root.put("rms_norm_eps", model.rmsNormEpsilon());
        root.put("hidden_act", "silu");
        root.put("attention_bias", false);
        root.put("mlp_bias", false);
        root.put("tie_word_embeddings", model.tiedEmbeddings());
        root.put("initializer_range", model.initializerRange());
        // Present even where there is none: transformers would else take its own defaults, 1 and 2.
        root.put("bos_token_id", model.bosId());
        putEos(root, model.eosIds());
        root.put("torch_dtype", "float32");
        try {
            Files.write(file, JSON.writeValueAsBytes(root));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file, e);
        }
    }

    private static void putEos(ObjectNode root, List<Integer> ids) {
        if (ids.size() > 1) {
            ArrayNode array = root.putArray("eos_token_id");
            ids.forEach(array::add);
        } else {
            root.put("eos_token_id", ids.isEmpty() ? null : ids.get(0));
        }
    }
}

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
import java.util.List;

/** Opens a config.json and hands it to the reader of its family, and writes one for a fresh model. */
final class ConfigFile {

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(SerializationFeature.INDENT_OUTPUT);

    private ConfigFile() {}

    static ModelArchitecture read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ModelFolderException("Cannot read the model's shape, there is no file " + file
                    + ": name a folder in Hugging Face layout with config.json");
        }
        ConfigFields fields = new ConfigFields(file, parse(file));
        String architecture = fields.at("architectures").path(0).asText("(none)");
        String modelType = fields.at("model_type").asText("(none)");
        if (!architecture.equals(LlamaConfig.ARCHITECTURE) || !modelType.equals(LlamaConfig.MODEL_TYPE)) {
            throw fields.unusable("architecture " + architecture + " with model_type " + modelType
                    + " is not one that works here: " + LlamaConfig.ARCHITECTURE + " with " + LlamaConfig.MODEL_TYPE);
        }
        try {
            return LlamaConfig.read(fields);
        } catch (IllegalArgumentException e) {
            throw new ModelFolderException("Cannot use the model of " + file + ": " + e.getMessage(), e);
        }
    }

    private static ObjectNode parse(Path file) {
        try {
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            if (root instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new ModelFolderException(
                    "Cannot read the model's shape, " + file + " is not valid JSON at line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": " + problem(e),
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
        throw new ModelFolderException("Cannot read the model's shape, " + file + " is not a JSON object");
    }

    static void write(ModelArchitecture model, Path file, String dtype) {
        ObjectNode root = JSON.createObjectNode();
        root.putArray("architectures").add(LlamaConfig.ARCHITECTURE);
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
        // Present even where there is none: transformers would else take its own defaults, 1 and 2.
        root.put("bos_token_id", model.bosId());
        putEos(root, model.eosIds());
        root.put("torch_dtype", dtype);
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

    /** Jackson's words without its parser's settings, which it quotes where the text ends too early. */
    private static String problem(JsonProcessingException e) {
        return e.getOriginalMessage().replaceFirst("(?s) \\(start marker at .*", "");
    }
}

package io.trimtab.model.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** What makes a model usable beside its weights: config.json, and the files of tokenizer and generation. */
public final class Companions {

    private static final String CONFIG = "config.json";
    private static final String TIED = "tie_word_embeddings";
    private static final String TYPES = "layer_types";
    private static final String LAYERS = "num_hidden_layers";

    /** Copied byte for byte where the template has them. */
    private static final List<String> COPIED = List.of(
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "tokenizer.model",
            "special_tokens_map.json",
            "added_tokens.json",
            "chat_template.jinja",
            "chat_template.json",
            "vocab.json",
            "vocab.txt",
            "merges.txt");

    /** A tokenizer's chat templates beside the default one, each a file. */
    private static final String TEMPLATES = "additional_chat_templates";

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Companions() {}

    /** Copies the files of tokenizer and generation. */
    public static void copy(Path template, Path folder) throws IOException {
        for (String name : COPIED) {
            if (Files.isRegularFile(template.resolve(name))) {
                Files.copy(template.resolve(name), folder.resolve(name));
            }
        }
        if (Files.isDirectory(template.resolve(TEMPLATES))) {
            copyTemplates(template.resolve(TEMPLATES), folder.resolve(TEMPLATES));
        }
    }

    private static void copyTemplates(Path source, Path target) throws IOException {
        Files.createDirectory(target);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(source, "*.jinja")) {
            for (Path file : files) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
    }

    /**
     * Writes the template's config.json with another type. transformers 4 reads torch_dtype, 5 reads dtype; whichever the template has is kept.
     *
     * @param layers their number where it is not the template's
     * @param untied whether the head has weights of its own, whatever the template says
     * @throws ModelFolderException if the template is unusable, or another number of layers is wanted and
     *     its layers are of several kinds
     */
    public static void writeConfig(Path template, Path folder, WeightType type, OptionalInt layers, boolean untied)
            throws IOException {
        ObjectNode config = read(template.resolve(CONFIG));
        if (untied) {
            config.put(TIED, false);
        }
        if (config.has("dtype")) {
            config.put("dtype", type.configName());
        }
        if (config.has("torch_dtype") || !config.has("dtype")) {
            config.put("torch_dtype", type.configName());
        }
        if (layers.isPresent() && config.path(LAYERS).asInt(-1) != layers.getAsInt()) {
            setLayers(template, config, layers.getAsInt());
        }
        Files.write(folder.resolve(CONFIG), JSON.writeValueAsBytes(config));
    }

    private static void setLayers(Path template, ObjectNode config, int layers) {
        JsonNode types = config.path(TYPES);
        Set<JsonNode> kinds = new HashSet<>();
        types.forEach(kinds::add);
        if (!config.path(LAYERS).isInt() || kinds.size() > 1) {
            throw new ModelFolderException("Cannot change the number of layers of " + template.resolve(CONFIG) + ", it "
                    + (kinds.size() > 1 ? "has layers of several kinds: " + kinds : "has no " + LAYERS));
        }
        config.put(LAYERS, layers);
        if (!kinds.isEmpty()) {
            ArrayNode same = config.putArray(TYPES);
            for (int layer = 0; layer < layers; layer++) {
                same.add(types.get(0));
            }
        }
    }

    /** False where config.json does not say. */
    static boolean saysTied(Path folder) {
        try {
            return read(folder.resolve(CONFIG)).path(TIED).asBoolean(false);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + folder.resolve(CONFIG), e);
        }
    }

    private static ObjectNode read(Path file) throws IOException {
        try {
            JsonNode config = JSON.readTree(Files.readAllBytes(file));
            if (config instanceof ObjectNode object) {
                return object;
            }
            throw new ModelFolderException("Cannot use " + file + ", it is not a JSON object");
        } catch (JsonProcessingException e) {
            throw new ModelFolderException(
                    "Cannot use " + file + ", it is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }
}

package io.trimtab.model.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.weights.ModelFolderException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens a config.json and reads it as its family does. */
public final class ConfigFile {

    private static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private ConfigFile() {}

    /**
     * The architecture that the file describes.
     *
     * @throws ModelFolderException naming what is missing, broken, unknown or not implemented
     */
    public static ModelArchitecture read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ModelFolderException("Cannot read the model's shape, there is no file " + file
                    + ": name a folder in Hugging Face layout with config.json");
        }
        ObjectNode root = parse(file);
        String architecture = root.path("architectures").path(0).asText("");
        String modelType = root.path("model_type").asText("(none)");
        Family family = Family.of(architecture, modelType)
                .orElseThrow(() -> new ModelFolderException("Cannot use the model of " + file + ": architecture "
                        + (architecture.isEmpty() ? "(none)" : architecture) + " with model_type " + modelType
                        + " is not one that works here: "
                        + Family.known()));
        try {
            return ArchitectureReader.read(file, root, family);
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

    /** Jackson's words without its parser's settings: it quotes them where the text ends too early, and names one that would read NaN. */
    private static String problem(JsonProcessingException e) {
        return e.getOriginalMessage().replaceFirst("(?s) \\(start marker at .*|: enable `JsonReadFeature.*", "");
    }
}

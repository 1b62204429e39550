package io.trimtab.model.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** model.safetensors.index.json: which shard holds which tensor. An index comes with the model, so it may not lead out of the folder. */
final class ShardIndex {

    private static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private ShardIndex() {}

    /** Tensor name to file name; every file exists in the folder. */
    static Map<String, String> read(Path folder, Path index) {
        JsonNode map = parse(index).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new ModelFolderException("Cannot use " + index + ", it has no weight_map; copy the model again");
        }
        Map<String, String> weightMap = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : map.properties()) {
            weightMap.put(field.getKey(), inFolder(folder, index, field.getKey(), field.getValue()));
        }
        return weightMap;
    }

    private static JsonNode parse(Path index) {
        try {
            return JSON.readTree(Files.readAllBytes(index));
        } catch (JsonProcessingException e) {
            throw new ModelFolderException(
                    "Cannot use " + index + ", it is not valid JSON at line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": " + problem(e) + "; copy the model again",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + index, e);
        }
    }

    private static String inFolder(Path folder, Path index, String tensor, JsonNode name) {
        if (!isPlainName(name)) {
            throw new ModelFolderException("Cannot use " + index + ", it places tensor " + tensor + " at " + name
                    + ", which is not a file of its folder");
        }
        if (!Files.isRegularFile(folder.resolve(name.asText()))) {
            throw new ModelFolderException(
                    "Cannot use " + index + ", the folder lacks its shard " + name.asText() + "; copy the model again");
        }
        return name.asText();
    }

    /** One path element that is not a step up. Links are followed: the Hugging Face cache consists of them. */
    private static boolean isPlainName(JsonNode name) {
        if (!name.isTextual() || name.asText().isEmpty() || name.asText().indexOf('\\') >= 0) {
            return false;
        }
        try {
            Path path = Path.of(name.asText());
            return !path.isAbsolute()
                    && path.getNameCount() == 1
                    && path.normalize().equals(path)
                    && !path.toString().equals("..")
                    && path.toString().equals(name.asText());
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** Jackson's words without its parser's settings, which it quotes where the text ends too early. */
    private static String problem(JsonProcessingException e) {
        return e.getOriginalMessage().replaceFirst("(?s) \\(start marker at .*", "");
    }
}

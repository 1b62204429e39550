package io.trimtab.model.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.model.weights.ModelFolder;
import io.trimtab.model.weights.ModelFolderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/** Ids that end a text of a model. */
public final class StopTokens {
    private static final String KEY = "eos_token_id";

    private StopTokens() {}

    /**
     * As Hugging Face transformers does: {@code eos_token_id} of generation_config.json, a number or a list; where that file is missing,
     * config.json's. Where only the key is missing or null, config.json's too: transformers would not stop at all.
     *
     * @throws ModelFolderException if the file cannot be read or holds anything but ids there
     */
    public static Set<Integer> of(ModelFolder folder) {
        Path file = folder.path().resolve("generation_config.json");
        JsonNode ids = Files.isRegularFile(file) ? read(file).path(KEY) : null;
        if (ids == null || ids.isMissingNode() || ids.isNull()) {
            return Set.copyOf(folder.architecture().eosIds());
        }
        Set<Integer> stops = new LinkedHashSet<>();
        for (JsonNode id : ids.isArray() ? ids : Set.of(ids)) {
            if (!id.canConvertToInt() || !id.isIntegralNumber()) {
                throw new ModelFolderException(
                        "Cannot use " + file + ": " + KEY + " is neither an id nor a list of ids");
            }
            stops.add(id.asInt());
        }
        return Set.copyOf(stops);
    }

    private static JsonNode read(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new ModelFolderException("Cannot read " + file + ": it is not valid JSON", e);
        }
    }
}

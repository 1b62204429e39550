package io.trimtab.job.stages;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.model.weights.ModelFolderException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The chat template among a model's files: a file of its own, or a text in tokenizer_config.json. */
final class TemplateFiles {
    private static final String FILE = "chat_template.jinja";
    private static final String CONFIG = "tokenizer_config.json";
    private static final String KEY = "chat_template";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private TemplateFiles() {}

    /** The template that most of the folders have; of equally many the first folder's. */
    static Optional<String> mostCommon(List<Path> folders) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        folders.forEach(folder -> read(folder).ifPresent(template -> counts.merge(template.strip(), 1, Integer::sum)));
        return counts.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static Optional<String> read(Path folder) {
        try {
            if (Files.isRegularFile(folder.resolve(FILE))) {
                return Optional.of(Files.readString(folder.resolve(FILE)));
            }
            return Optional.ofNullable(config(folder).path(KEY).textValue());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the chat template of " + folder, e);
        }
    }

    /** Replaces the template of a folder that is being written. */
    static void write(Path folder, String template) throws IOException {
        Files.write(folder.resolve(FILE), template.getBytes(UTF_8));
        ObjectNode config = config(folder);
        if (config.remove(KEY) != null) {
            Files.write(folder.resolve(CONFIG), JSON.writeValueAsBytes(config));
        }
    }

    private static ObjectNode config(Path folder) throws IOException {
        Path file = folder.resolve(CONFIG);
        if (!Files.isRegularFile(file)) {
            return JSON.createObjectNode();
        }
        JsonNode config = JSON.readTree(file.toFile());
        if (config instanceof ObjectNode object) {
            return object;
        }
        throw new ModelFolderException("Cannot use " + file + ", it is not a JSON object");
    }
}

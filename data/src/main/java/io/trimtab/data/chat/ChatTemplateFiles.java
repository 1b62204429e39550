package io.trimtab.data.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the text of a chat template: the setting's, else the model folder's. */
public final class ChatTemplateFiles {
    private ChatTemplateFiles() {}

    /**
     * The model folder's own template: chat_template.jinja, else {@code chat_template} of tokenizer_config.json, of several the one named
     * {@code default}.
     */
    public static Optional<String> ofFolder(Path folder) {
        Path jinja = folder.resolve("chat_template.jinja");
        if (Files.isRegularFile(jinja)) {
            return Optional.of(text(jinja));
        }
        Path config = folder.resolve("tokenizer_config.json");
        if (!Files.isRegularFile(config)) {
            return Optional.empty();
        }
        try {
            return named(new ObjectMapper().readTree(config.toFile()).get("chat_template"));
        } catch (IOException e) {
            throw new DataException("Cannot read " + config + ": it is not valid JSON", e);
        }
    }

    private static Optional<String> named(@Nullable JsonNode template) {
        if (template == null || template.isTextual()) {
            return Optional.ofNullable(template).map(JsonNode::asText);
        }
        for (JsonNode entry : template) {
            if (entry.path("name").asText().equals("default")) {
                return Optional.of(entry.path("template").asText());
            }
        }
        return Optional.empty();
    }

    /** The value of {@code data.chat-template}: a template where it holds Jinja's braces, else the path of a local file. */
    public static String ofSetting(String setting) {
        if (setting.contains("{{") || setting.contains("{%")) {
            return setting;
        }
        try {
            Path path = Path.of(setting);
            if (Files.isRegularFile(path)) {
                return text(path);
            }
        } catch (InvalidPathException e) {
            throw new DataException("Cannot use data.chat-template: neither a template nor a path: " + setting, e);
        }
        throw new DataException("Cannot use data.chat-template: it has no {{ … }} and is no file here: " + setting);
    }

    private static String text(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new DataException("Cannot read the chat template " + path + " as UTF-8 text", e);
        }
    }
}

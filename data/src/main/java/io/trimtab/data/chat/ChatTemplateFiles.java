package io.trimtab.data.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.DataException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds the text of a chat template: the setting's, else the model folder's. */
public final class ChatTemplateFiles {
    private static final String DEFAULT = "default";
    private static final String TOOL_USE = "tool_use";

    private ChatTemplateFiles() {}

    /**
     * The model folder's own templates, as Hugging Face finds them: chat_template.jinja with the files of
     * {@code additional_chat_templates/}, else {@code chat_template} of tokenizer_config.json, one text or several with names. Of
     * several, {@code default} is for all conversations and {@code tool_use} for those with tools.
     *
     * @throws DataException if there are several and none is the default
     */
    public static Optional<ChatTemplateTexts> ofFolder(Path folder) {
        Map<String, String> templates = named(folder);
        if (templates.isEmpty()) {
            return Optional.empty();
        }
        String standard = templates.get(DEFAULT);
        if (standard == null) {
            throw new DataException(
                    "Cannot choose a chat template: " + folder + " has several, none of which is called " + DEFAULT
                            + "; set data.chat-template to one of the names " + String.join(", ", templates.keySet()));
        }
        return Optional.of(new ChatTemplateTexts(standard, Optional.ofNullable(templates.get(TOOL_USE))));
    }

    /**
     * The templates that {@code data.chat-template} asks for: a template, the path of one, or the name of one of the folder's.
     *
     * @throws DataException if it is none of the three
     */
    public static ChatTemplateTexts of(String setting, Path folder) {
        String named = isName(setting) ? named(folder).get(setting) : null;
        return ChatTemplateTexts.of(named == null ? ofSetting(setting) : named);
    }

    private static Map<String, String> named(Path folder) {
        Map<String, String> templates = new TreeMap<>();
        Path jinja = folder.resolve("chat_template.jinja");
        if (Files.isRegularFile(jinja)) {
            templates.put(DEFAULT, text(jinja));
        }
        Path more = folder.resolve("additional_chat_templates");
        if (Files.isDirectory(more)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(more, "*.jinja")) {
                files.forEach(
                        file -> templates.put(file.getFileName().toString().replaceFirst("\\.jinja$", ""), text(file)));
            } catch (IOException e) {
                throw new DataException("Cannot list the chat templates in " + more, e);
            }
        }
        return templates.isEmpty() ? inConfig(folder.resolve("tokenizer_config.json")) : templates;
    }

    private static Map<String, String> inConfig(Path config) {
        Map<String, String> templates = new TreeMap<>();
        if (!Files.isRegularFile(config)) {
            return templates;
        }
        JsonNode template;
        try {
            template = new ObjectMapper().readTree(config.toFile()).path("chat_template");
        } catch (IOException e) {
            throw new DataException("Cannot read " + config + ": it is not valid JSON", e);
        }
        if (template.isTextual()) {
            templates.put(DEFAULT, template.asText());
        } else if (template.isArray()) {
            template.forEach(entry -> templates.put(
                    entry.path("name").asText(), entry.path("template").asText()));
        } else if (template.isObject()) {
            template.properties()
                    .forEach(entry ->
                            templates.put(entry.getKey(), entry.getValue().asText()));
        }
        return templates;
    }

    /** Whether the setting can only be the name of one of the model folder's templates. */
    public static boolean isName(String setting) {
        return setting.matches("[\\w-]+") && !Files.isRegularFile(Path.of(setting));
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
        throw new DataException(
                "Cannot use data.chat-template: it has no {{ … }}, is no file here and no template of the model folder: "
                        + setting);
    }

    private static String text(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new DataException("Cannot read the chat template " + path + " as UTF-8 text", e);
        }
    }
}

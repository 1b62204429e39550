package io.trimtab.job.stages;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.trimtab.data.DataException;
import io.trimtab.data.chat.Conversation;
import io.trimtab.job.config.RefusedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads prompts from options and from files of JSON Lines: strings, {@code {"prompt": …}} or {@code {"messages": [ … ]}}. */
public final class TextPrompts {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final TypeReference<List<Object>> LIST = new TypeReference<>() {};
    private static final String EXPECTED =
            "expected a string, {\"prompt\": string or messages} or {\"messages\": [{\"role\": …, \"content\": …}, …]}";

    private TextPrompts() {}

    public static List<TextPrompt> ofOptions(List<String> texts) {
        List<TextPrompt> prompts = new ArrayList<>();
        for (String text : texts) {
            prompts.add(TextPrompt.of("--prompt number " + (prompts.size() + 1), text));
        }
        return prompts;
    }

    /** One prompt a line, blank lines left out; a byte-order mark before the first is no part of it. */
    public static List<TextPrompt> ofFile(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new RefusedException("Cannot read prompts: there is no file " + file);
        }
        List<TextPrompt> prompts = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            int number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine(), number++) {
                String text = number == 1 && line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line;
                if (!text.isBlank()) {
                    prompts.add(ofLine(file + ":" + number, text));
                }
            }
        } catch (CharacterCodingException e) {
            throw new RefusedException("Cannot read prompts: " + file + " has bytes that are not UTF-8");
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read prompts from " + file, e);
        }
        if (prompts.isEmpty()) {
            throw new RefusedException("Cannot generate: " + file + " has no line with a prompt");
        }
        return prompts;
    }

    private static TextPrompt ofLine(String place, String line) {
        JsonNode root;
        try {
            root = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            // Jackson's message quotes the text, so only the place is told.
            int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
            throw new RefusedException(
                    "Cannot read " + place + ": not one JSON value, column " + column + "; " + EXPECTED);
        }
        if (root.isTextual()) {
            return TextPrompt.of(place, root.asText());
        }
        JsonNode prompt = root.get("prompt");
        JsonNode messages = root.get("messages");
        if ((prompt == null) == (messages == null)) {
            throw new RefusedException("Cannot read " + place + ": it has "
                    + (prompt == null ? "neither prompt nor" : "both prompt and") + " messages; " + EXPECTED);
        }
        if (prompt != null && prompt.isTextual()) {
            return TextPrompt.of(place, prompt.asText());
        }
        return TextPrompt.of(place, conversation(place, prompt == null ? messages : prompt));
    }

    private static Conversation conversation(String place, JsonNode messages) {
        if (!messages.isArray() || messages.isEmpty()) {
            throw new RefusedException("Cannot read " + place + ": no list of messages; " + EXPECTED);
        }
        try {
            return Conversation.parse(JSON.convertValue(messages, LIST));
        } catch (DataException | IllegalArgumentException e) {
            throw new RefusedException("Cannot read " + place + ": " + e.getMessage());
        }
    }
}

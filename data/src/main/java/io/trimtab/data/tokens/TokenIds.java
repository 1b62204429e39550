package io.trimtab.data.tokens;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The ids that a tokenizer.json can give out, without loading it as a tokenizer. */
public final class TokenIds {
    private static final JsonFactory JSON = new JsonFactory();

    private final int highest;
    private final List<Added> added;

    private TokenIds(int highest, List<Added> added) {
        this.highest = highest;
        this.added = added;
    }

    /** A token that stands beside the vocabulary: special, or added after training. */
    public record Added(int id, String text) {}

    /**
     * Of the tokenizer.json in a folder; none where there is no such file. The vocabulary, which may have some hundred thousand words, is
     * looked at and not kept.
     *
     * @throws DataException if the file is not valid JSON as far as it is read
     */
    public static TokenIds of(Path folder) {
        Path file = folder.resolve("tokenizer.json");
        if (!Files.exists(file)) {
            return new TokenIds(-1, List.of());
        }
        List<Added> added = new ArrayList<>();
        for (JsonNode token : TokenizerOutline.of(file).addedTokens()) {
            added.add(new Added(token.path("id").asInt(), token.path("content").asText()));
        }
        added.sort(Comparator.comparingInt(Added::id));
        // Special tokens may stand in the vocabulary too.
        Set<String> special = added.stream().map(Added::text).collect(Collectors.toSet());
        try (JsonParser parser = JSON.createParser(file.toFile())) {
            parser.nextToken();
            boolean found = isAt(parser, "model") && isAt(parser, "vocab");
            return new TokenIds(found ? highest(parser, special) : -1, List.copyOf(added));
        } catch (IOException e) {
            throw new DataException("Cannot read " + file + ": it is not valid JSON", e);
        }
    }

    /** Goes to the value of a field of the object at whose beginning the parser stands; whether there is one. */
    private static boolean isAt(JsonParser parser, String field) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean wanted = parser.currentName().equals(field);
            parser.nextToken();
            if (wanted) {
                return true;
            }
            parser.skipChildren();
        }
        return false;
    }

    /** Of token to id, or for unigram models of a list in the order of ids. */
    private static int highest(JsonParser vocabulary, Set<String> special) throws IOException {
        int highest = -1;
        if (vocabulary.currentToken() == JsonToken.START_ARRAY) {
            while (vocabulary.nextToken() != JsonToken.END_ARRAY) {
                vocabulary.skipChildren();
                highest++;
            }
            return highest;
        }
        while (vocabulary.nextToken() == JsonToken.FIELD_NAME) {
            String token = vocabulary.currentName();
            if (vocabulary.nextToken() == JsonToken.VALUE_NUMBER_INT && !special.contains(token)) {
                highest = Math.max(highest, vocabulary.getIntValue());
            }
            vocabulary.skipChildren();
        }
        return highest;
    }

    /** The highest id of an ordinary token, which any text may contain; -1 where there is none. */
    public int highest() {
        return highest;
    }

    /** The first token beside the vocabulary whose id is not below this. */
    public Optional<Added> addedFrom(int id) {
        return added.stream().filter(token -> token.id() >= id).findFirst();
    }
}

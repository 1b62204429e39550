package io.trimtab.data.tokens;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.data.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** What tokenizer.json says beside its vocabulary, which is most of the file and does not become objects here. */
final class TokenizerOutline {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Set<String> VOCABULARY = Set.of("vocab", "merges");

    private final JsonNode root;

    private TokenizerOutline(JsonNode root) {
        this.root = root;
    }

    /** @throws DataException if the file is no JSON */
    static TokenizerOutline of(Path tokenizerJson) {
        try (JsonParser parser = MAPPER.createParser(tokenizerJson.toFile())) {
            parser.nextToken();
            ObjectNode root = MAPPER.createObjectNode();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                root.set(field, field.equals("model") ? withoutVocabulary(parser) : parser.readValueAsTree());
            }
            return new TokenizerOutline(root);
        } catch (IOException e) {
            throw new DataException("Cannot read " + tokenizerJson + ": it is not valid JSON", e);
        }
    }

    private static ObjectNode withoutVocabulary(JsonParser parser) throws IOException {
        ObjectNode model = MAPPER.createObjectNode();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            if (VOCABULARY.contains(field)) {
                parser.skipChildren();
            } else {
                model.set(field, parser.readValueAsTree());
            }
        }
        return model;
    }

    /** A list; a missing node, without elements, where there is none. */
    JsonNode addedTokens() {
        return root.path("added_tokens");
    }

    /** The value of a field; a missing node where there is none. */
    JsonNode part(String name) {
        return root.path(name);
    }
}

package io.trimtab.data.tokens;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trimtab.data.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What tokenizer.json says beside its vocabulary, which is most of the file: it does not become objects here, and where it stands last it is not read. */
final class TokenizerOutline {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Set<String> VOCABULARY = Set.of("vocab", "merges");

    /** All that is asked for. */
    private static final List<String> PARTS = List.of("added_tokens", "normalizer", "pre_tokenizer");

    private static final List<String> OF_MODEL = List.of("type", "dropout");

    private final JsonNode root;

    private TokenizerOutline(JsonNode root) {
        this.root = root;
    }

    /** @throws DataException if the file is no JSON */
    static TokenizerOutline of(Path tokenizerJson) {
        try (JsonParser parser = MAPPER.createParser(tokenizerJson.toFile())) {
            parser.nextToken();
            ObjectNode root = MAPPER.createObjectNode();
            boolean more = true;
            while (more && parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                if (field.equals("model")) {
                    ObjectNode model = root.putObject(field);
                    more = readModel(parser, model, PARTS.stream().allMatch(root::has));
                } else {
                    root.set(field, parser.readValueAsTree());
                }
            }
            return new TokenizerOutline(root);
        } catch (IOException e) {
            throw new DataException("Cannot read " + tokenizerJson + ": it is not valid JSON", e);
        }
    }

    /**
     * @param last whether everything outside the model is known
     * @return whether to read on behind it
     */
    private static boolean readModel(JsonParser parser, ObjectNode model, boolean last) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            if (!VOCABULARY.contains(field)) {
                model.set(field, parser.readValueAsTree());
            } else if (last && OF_MODEL.stream().allMatch(model::has)) {
                return false;
            } else {
                parser.skipChildren();
            }
        }
        return true;
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

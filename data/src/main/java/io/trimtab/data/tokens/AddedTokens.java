package io.trimtab.data.tokens;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.trimtab.data.DataException;
import java.io.IOException;
import java.nio.file.Path;

/** Finds the list of added tokens in tokenizer.json; of the large file only this part becomes objects. */
final class AddedTokens {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private AddedTokens() {}

    /**
     * The list as it stands there; a missing node, without elements, where there is none.
     *
     * @throws DataException if the file is no JSON
     */
    static JsonNode of(Path tokenizerJson) {
        try (JsonParser parser = MAPPER.createParser(tokenizerJson.toFile())) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                if (field.equals("added_tokens")) {
                    return parser.readValueAsTree();
                }
                parser.skipChildren();
            }
            return MissingNode.getInstance();
        } catch (IOException e) {
            throw new DataException("Cannot read " + tokenizerJson + ": it is not valid JSON", e);
        }
    }
}

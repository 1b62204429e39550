package io.trimtab.data.tokens;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.trimtab.data.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.ObjIntConsumer;

/** The vocabulary of a tokenizer.json, which may have some hundred thousand words: gone through, not kept. */
final class Vocabulary {
    private static final JsonFactory JSON = new JsonFactory();

    private Vocabulary() {}

    /**
     * Gives every token with its id; none where the file has no vocabulary.
     *
     * @throws DataException if the file is not valid JSON as far as it is read
     */
    static void forEach(Path tokenizerJson, ObjIntConsumer<String> token) {
        try (JsonParser parser = JSON.createParser(tokenizerJson.toFile())) {
            parser.nextToken();
            if (isAt(parser, "model") && isAt(parser, "vocab")) {
                read(parser, token);
            }
        } catch (IOException e) {
            throw new DataException("Cannot read " + tokenizerJson + ": it is not valid JSON", e);
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

    /** Of token to id, or for unigram models a list of token and score in the order of ids. */
    private static void read(JsonParser parser, ObjIntConsumer<String> token) throws IOException {
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            for (int id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
                token.accept(String.valueOf(parser.nextTextValue()), id);
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    parser.skipChildren();
                }
            }
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String text = parser.currentName();
            if (parser.nextToken() == JsonToken.VALUE_NUMBER_INT) {
                token.accept(text, parser.getIntValue());
            }
            parser.skipChildren();
        }
    }
}

package io.trimtab.data.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectReader;
import io.trimtab.data.DataException;
import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowOutcome;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Reads JSON Lines from bytes, so that text which is not UTF-8 is seen and not silently replaced. */
public final class JsonLines {
    private static final ObjectReader READER = StrictJson.reader(new TypeReference<Map<String, Object>>() {});
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private JsonLines() {}

    /**
     * What the line holds.
     *
     * @param position names the line where the table has no id column, e.g. {@code pairs.jsonl:17}
     */
    public static JsonLine parse(byte[] line, String position, Map<String, String> columns) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
        } catch (CharacterCodingException e) {
            return bad(position, RejectionReason.NOT_UTF8, "line has bytes that are not UTF-8");
        }
        if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
            text = text.substring(1);
        }
        if (text.isBlank()) {
            return new JsonLine.Blank();
        }
        return parse(text, position, columns);
    }

    private static JsonLine parse(String text, String position, Map<String, String> columns) {
        try {
            Map<String, Object> fields = READER.readValue(text);
            if (fields == null) {
                return bad(position, RejectionReason.MALFORMED_JSON, "line is null");
            }
            return new JsonLine.Row(RawRow.of(fields, position, columns));
        } catch (JsonProcessingException e) {
            return bad(position, e);
        }
    }

    /** Jackson's message quotes the text, so only the place is told. */
    private static JsonLine bad(String position, JsonProcessingException e) {
        String column =
                ", column " + (e.getLocation() == null ? 0 : e.getLocation().getColumnNr());
        if (String.valueOf(e.getOriginalMessage()).startsWith("Duplicate field")) {
            return bad(position, RejectionReason.DUPLICATE_KEY, "an object has two values for one name" + column);
        }
        return bad(
                position,
                RejectionReason.MALFORMED_JSON,
                e instanceof StreamConstraintsException
                        ? "line is nested too deep, has a number or name that is too long, or too many values" + column
                        : "line is not one JSON object" + column);
    }

    /**
     * Whether a file is one JSON array, by its first bytes: whether the first character that is not white space is {@code [}.
     *
     * @throws DataException if the file is none of text at all
     */
    public static boolean isArray(byte[] head, String path) {
        FileMarks.requireText(head, head.length, path);
        for (byte character : head) {
            if (character == '[') {
                return true;
            }
            // The three bytes of a byte order mark are negative.
            if (character > ' ') {
                return false;
            }
        }
        return false;
    }

    private static JsonLine bad(String position, RejectionReason reason, String detail) {
        return new JsonLine.Bad(new RowOutcome.Rejected(position, reason, detail));
    }
}

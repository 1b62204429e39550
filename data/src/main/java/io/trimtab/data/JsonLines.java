package io.trimtab.data;

import java.util.Map;

/** Reads one line of a JSON Lines file. */
public final class JsonLines {
    private JsonLines() {}

    /** A parsed line: a row, or the rejection that stands for it. */
    public record Line(
            @org.jspecify.annotations.Nullable RawRow row,
            RowOutcome.@org.jspecify.annotations.Nullable Rejected rejection) {}

    /** @param position names the line where the table has no id column, e.g. {@code pairs.jsonl:17} */
    public static Line parse(byte[] line, String position, Map<String, String> columns) {
        throw new UnsupportedOperationException("Not written yet");
    }
}

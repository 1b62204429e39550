package io.trimtab.data.rows;

import java.io.Serializable;
import java.util.List;

/**
 * What a row was taken for.
 *
 * @param shape the name of a {@link RowShape}, or {@link #UNKNOWN}
 * @param of what its texts are: {@code strings}, {@code messages} or {@code transcripts}; empty for an unknown shape
 * @param columns the table's own names of what was used; of an unknown shape all that the row has, with {@code (null)} behind those
 *     that hold nothing
 */
public record TakenShape(String shape, String of, List<String> columns) implements Serializable {
    static final String UNKNOWN = "unknown";

    public TakenShape {
        columns = List.copyOf(columns);
    }

    public static TakenShape unknown(List<String> columns) {
        return new TakenShape(UNKNOWN, "", columns);
    }

    /** Not a bean's property: the record is written as JSON. */
    public boolean hasNoKnownShape() {
        return shape.equals(UNKNOWN);
    }

    /** For people: {@code pair of messages from conversations, chosen, rejected}. */
    public String described() {
        return hasNoKnownShape()
                ? "no known shape, with columns " + String.join(", ", columns)
                : shape + " of " + of + " from " + String.join(", ", columns);
    }
}

package io.trimtab.data.rows;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The row that outcomes came from.
 *
 * @param shape null where the container gave no row
 * @param tiedPairs of its scored completions that no example was made of, as their scores are equal or within the margin
 * @param leftOut completions without a text or a score
 */
public record RowOrigin(@Nullable TakenShape shape, int tiedPairs, int leftOut) implements Serializable {
    /** Of a line that is no row. */
    public static final RowOrigin UNREAD = new RowOrigin(null, 0, 0);
}

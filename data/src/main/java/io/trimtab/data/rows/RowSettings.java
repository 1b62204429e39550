package io.trimtab.data.rows;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of a table are understood.
 *
 * @param shape that every row must have; null: each row's own
 * @param scoreMargin the least difference of two scores that makes a pair; equal scores never do
 * @param scoreThreshold KTO: a completion of this score or a higher one is desirable, any other undesirable; null: the best is, and the worst
 *     is not
 */
public record RowSettings(
        @Nullable RowShape shape,
        PairPolicy pairs,
        double scoreMargin,
        @Nullable Double scoreThreshold) implements Serializable {
    /** Every row in its own shape, the best of scored completions against the worst. */
    public static final RowSettings DEFAULT = new RowSettings(null, PairPolicy.BEST_WORST, 0, null);

    public RowSettings {
        if (!(scoreMargin >= 0)) {
            throw new IllegalArgumentException("data.score-margin must be at least 0: " + scoreMargin);
        }
    }
}

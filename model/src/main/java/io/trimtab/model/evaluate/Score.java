package io.trimtab.model.evaluate;

import java.io.Serializable;

/** A measured mean before its division, additive over parts of a test: {@code sum} over {@code count} items. Travels between executors. */
public record Score(double sum, long count) implements Serializable {

    public static final Score NONE = new Score(0, 0);

    static Score of(boolean success) {
        return new Score(success ? 1 : 0, 1);
    }

    public Score plus(Score other) {
        return new Score(sum + other.sum, count + other.count);
    }

    /** The mean; NaN where nothing was counted. */
    public double value() {
        return sum / count;
    }
}

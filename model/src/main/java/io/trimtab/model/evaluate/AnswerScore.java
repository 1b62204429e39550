package io.trimtab.model.evaluate;

/** What a multiple-choice answer is ranked by. */
public enum AnswerScore {
    /** The log-prob of the whole answer. */
    SUM,
    /** The same per token, so that a long answer is not worse for its length. */
    MEAN;

    double of(double logProb, int tokens) {
        return switch (this) {
            case SUM -> logProb;
            case MEAN -> logProb / tokens;
        };
    }
}

package io.trimtab.merge;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.rule.ExpectedChange;

/** The settings would train nothing: every term of a step disappears in the rounding of the weights. */
public final class NoChangeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NoChangeException(ExpectedChange expected) {
        super("Cannot train with these settings, the weights would stay as they are: "
                + requireNonNull(expected, "expected is null").banner()
                + "; raise optimizer.learning-rate, merge.alpha or merge.density");
    }
}

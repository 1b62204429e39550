package io.trimtab.model.parts;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * How far a layer looks and how its positions turn; layers of one kind share masks and tables.
 *
 * @param window a token sees itself and the window - 1 tokens before it; {@link #UNLIMITED} for all
 */
public record LayerKind(int window, Rope rope) implements Serializable {

    /** No window: every earlier token is seen. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    public LayerKind {
        requireNonNull(rope, "rope is null");
        if (window < 1) {
            throw new IllegalArgumentException("sliding_window must be 1 or more: " + window);
        }
    }
}

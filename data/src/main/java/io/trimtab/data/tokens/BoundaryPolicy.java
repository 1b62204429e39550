package io.trimtab.data.tokens;

/** What happens to a token that holds the prompt's end and the completion's beginning: {@code data.boundary-token}. */
public enum BoundaryPolicy {
    /** It is trained as the completion's first. */
    KEEP,
    /** It stays, as context: training begins behind it. */
    DROP
}

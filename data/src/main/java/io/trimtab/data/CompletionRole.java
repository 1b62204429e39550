package io.trimtab.data;

/** What a completion is to its example's loss. */
public enum CompletionRole {
    CHOSEN,
    REJECTED,
    DESIRABLE,
    UNDESIRABLE,
    /** KTO: an answer to another prompt behind this one; only its log-ratio is used, for z0, without a gradient. */
    MISMATCHED,
    /** SFT and pre-training. */
    TARGET;

    /** Whether the loss sends a gradient through this completion. */
    public boolean trained() {
        return this != MISMATCHED;
    }
}

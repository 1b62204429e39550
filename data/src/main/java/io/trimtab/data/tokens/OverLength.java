package io.trimtab.data.tokens;

/**
 * What happens to a row that exceeds {@code data.max-length}, {@code max-prompt-length} or {@code max-completion-length}. What a policy does
 * not cut can still be too long; such a row is left out as with {@code DROP}.
 */
public enum OverLength {
    /** The row is left out and counted by itself. */
    DROP,
    /** The prompt loses its first tokens, a leading BOS stays. */
    TRUNCATE_PROMPT_START,
    /** The prompt loses its last tokens. */
    TRUNCATE_PROMPT_END,
    /** Completions lose their last tokens. TRL's default. */
    TRUNCATE_COMPLETION,
    /** The first such row ends the run. */
    RAISE
}

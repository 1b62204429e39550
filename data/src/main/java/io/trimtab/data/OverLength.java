package io.trimtab.data;

/** What happens to a row whose longest sequence exceeds {@code data.max-length}. */
public enum OverLength {
    /** The row is left out and counted by itself. */
    DROP,
    /** Completions lose their last tokens; the row is dropped where no completion token would be left. TRL's default. */
    TRUNCATE_COMPLETION,
    /** The prompt loses its first tokens, a leading BOS stays; dropped where the completion alone is too long. */
    TRUNCATE_PROMPT
}

package io.trimtab.data;

import java.util.Locale;

/** Something about a kept row that its owner may want to know; counted in data-report.json. */
public enum RowNote {
    /** The tokenizer merged across the border, so the completion begins inside the prompt's text. */
    BOUNDARY_INSIDE_PROMPT,
    EMPTY_PROMPT,
    COMPLETION_TRUNCATED,
    PROMPT_TRUNCATED,
    /** KTO: no other prompt was there to borrow an answer from. */
    WITHOUT_MISMATCH,
    MISMATCH_TRUNCATED;

    /** Stable name in files: lower case with hyphens. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

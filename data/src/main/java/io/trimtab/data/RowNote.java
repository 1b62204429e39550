package io.trimtab.data;

import java.util.Locale;

/** Something about a kept row that its owner may want to know; counted in data-report.json. */
public enum RowNote {
    /** The tokenizer merged across the border, so the completion begins inside the prompt's text. */
    BOUNDARY_INSIDE_PROMPT,
    /** With the answer the chat template shows the prompt otherwise than without, so training sees another prompt than use will. */
    PROMPT_RENDERED_OTHERWISE,
    EMPTY_PROMPT,
    COMPLETION_TRUNCATED,
    /** A truncated completion lost its EOS: the model is not told to stop there. */
    EOS_CUT,
    PROMPT_TRUNCATED,
    /** KTO: no other prompt was there to borrow an answer from. */
    WITHOUT_MISMATCH,
    MISMATCH_TRUNCATED,
    /** A special token is written out in a prompt, a completion or a message. */
    SPECIAL_TOKENS_IN_CONTENT,
    /** The chat template takes no list of parts as content and got the joined text. */
    CONTENT_PARTS_JOINED,
    /** An assistant's turn could not be found in the rendered conversation and is not trained. */
    TURN_NOT_FOUND,
    /** A system text stands beside strings, which are used byte for byte and have no place for it. */
    SYSTEM_NOT_USED;

    /** Stable name in files: lower case with hyphens. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

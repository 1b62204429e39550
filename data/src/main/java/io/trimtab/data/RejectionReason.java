package io.trimtab.data;

import java.util.Locale;

/** Why a row cannot be trained on. The names are part of data-report.json and the quarantine table. */
public enum RejectionReason {
    NOT_UTF8("text is not UTF-8"),
    MALFORMED_JSON("line is not one JSON object"),
    MALFORMED_CSV("quotes of a row stand where they do not belong"),
    FIELD_COUNT("row has more or fewer fields than the header"),
    DUPLICATE_KEY("an object of the row has two values for one name"),
    MISSING_COLUMN("a column that its shape needs is absent or null"),
    ROW_TOO_LARGE("the row has more bytes than a task holds in memory"),
    WRONG_TYPE("a column holds neither text nor messages, or both are mixed"),
    MALFORMED_MESSAGES("a message has no role or no text, or the last one is not the assistant's"),
    EMPTY_COMPLETION("a completion has no text"),
    IDENTICAL_COMPLETIONS("chosen and rejected are the same"),
    DIFFERENT_PROMPTS("chosen and rejected follow different prompts"),
    NO_ASSISTANT_TURN("transcript has no assistant turn"),
    BAD_LABEL("label is neither a boolean nor 0 or 1"),
    BAD_SCORES("completions and scores do not go together, or too few have a score"),
    TOO_MANY_COMPLETIONS("the pairs of one row's completions are too many"),
    TEMPLATE_ERROR("the chat template refused the messages"),
    SPECIAL_TOKEN("a special token is written out in the text"),
    EMPTY_TEXT("text is empty"),
    TOKENIZER_ERROR("the tokenizer has no ids for the text");

    private final String explanation;

    RejectionReason(String explanation) {
        this.explanation = explanation;
    }

    /** Stable name in files: lower case with hyphens. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** One line for people. */
    public String explanation() {
        return explanation;
    }
}

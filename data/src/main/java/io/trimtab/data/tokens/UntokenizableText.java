package io.trimtab.data.tokens;

/** The tokenizer has no ids for a text, as a word list without an unknown token. The message does not quote the text. */
public final class UntokenizableText extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UntokenizableText(String reason) {
        super(reason);
    }

    UntokenizableText(RuntimeException cause) {
        super("the tokenizer cannot encode the text", cause);
    }
}

package io.trimtab.job.stages;

import io.trimtab.data.tokens.Tokenizer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Tells a text piece by piece while its tokens come. A character may be spread over tokens and a word may change the blank before it, so
 * everything is decoded anew and a piece waits until it stands: the pieces joined are the text as a whole.
 */
final class GrowingText {
    private static final String UNFINISHED = "\uFFFD";

    private final Tokenizer tokenizer;
    private final Consumer<String> pieces;
    private int[] ids = new int[0];
    private String told = "";

    GrowingText(Tokenizer tokenizer, Consumer<String> pieces) {
        this.tokenizer = tokenizer;
        this.pieces = pieces;
    }

    void add(int id) {
        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = id;
        String text = tokenizer.decode(ids);
        if (!text.endsWith(UNFINISHED)) {
            tell(text);
        }
    }

    void end() {
        tell(tokenizer.decode(ids));
    }

    private void tell(String text) {
        if (text.startsWith(told) && text.length() > told.length()) {
            pieces.accept(text.substring(told.length()));
            told = text;
        }
    }
}

package io.trimtab.data.tokens;

import java.nio.file.Path;
import java.util.OptionalInt;

/** A model's own tokenizer, read from local files only. Not thread safe. */
public final class Tokenizer implements AutoCloseable {
    private Tokenizer() {}

    public static Tokenizer open(Path folder) {
        throw new UnsupportedOperationException("Not written yet");
    }

    /** Ids of a text as the tokenizer's own post-processor makes them, a BOS included where it adds one. */
    public int[] encode(String text) {
        throw new UnsupportedOperationException("Not written yet");
    }

    public String decode(int[] ids) {
        throw new UnsupportedOperationException("Not written yet");
    }

    public OptionalInt bosId() {
        throw new UnsupportedOperationException("Not written yet");
    }

    public OptionalInt eosId() {
        throw new UnsupportedOperationException("Not written yet");
    }

    @Override
    public void close() {}
}

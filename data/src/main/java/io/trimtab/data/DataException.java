package io.trimtab.data;

/** A table, tokenizer or chat template that cannot be used; the message names the configuration line that mends it. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}

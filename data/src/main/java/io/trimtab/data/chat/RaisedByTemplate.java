package io.trimtab.data.chat;

/** The template itself refused the messages, by {@code raise_exception}. */
final class RaisedByTemplate extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RaisedByTemplate(String message) {
        super(message);
    }
}

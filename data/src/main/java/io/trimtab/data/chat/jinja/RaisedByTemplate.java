package io.trimtab.data.chat.jinja;

/** The template itself refused the values, by {@code raise_exception}; the message is its own and may hold values. */
public final class RaisedByTemplate extends TemplateFault {
    private static final long serialVersionUID = 1L;

    RaisedByTemplate(String message) {
        super(message);
    }
}

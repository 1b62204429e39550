package io.trimtab.data.chat;

/** A conversation that the chat template cannot render; the message holds nothing of the conversation. */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TemplateException(String message) {
        super(message);
    }
}

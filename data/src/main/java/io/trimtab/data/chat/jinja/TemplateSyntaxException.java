package io.trimtab.data.chat.jinja;

/** The text is no Jinja2 template. */
public final class TemplateSyntaxException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TemplateSyntaxException(int line, String problem) {
        super("line " + line + ": " + problem);
    }
}

package io.trimtab.data.chat.jinja;

/** Evaluation failed for these values, where Jinja2 would raise as well. The message holds names of the template, never a value. */
public sealed class TemplateFault extends RuntimeException permits RaisedByTemplate {
    private static final long serialVersionUID = 1L;

    TemplateFault(String message) {
        super(message);
    }
}

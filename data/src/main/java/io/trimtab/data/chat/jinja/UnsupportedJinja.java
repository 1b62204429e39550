package io.trimtab.data.chat.jinja;

/** The template uses a construct that is not here. */
public final class UnsupportedJinja extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsupportedJinja(String construct) {
        super(construct);
    }
}

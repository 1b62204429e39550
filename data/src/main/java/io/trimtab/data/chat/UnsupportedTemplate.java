package io.trimtab.data.chat;

/** A template reached a construct that our engine cannot evaluate. */
final class UnsupportedTemplate extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsupportedTemplate(String construct) {
        super(construct);
    }
}

package io.trimtab.merge.offline;

/** A merge that makes no sense as it is asked for; the message names what, why and what mends it. A retry does not help. */
public final class MergeException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public MergeException(String message) {
        super(message);
    }
}

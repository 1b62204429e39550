package io.trimtab.job.checkpoint;

/** A checkpoint that its manifest calls complete cannot be used; the message names the file and the way out. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        super(message);
    }
}

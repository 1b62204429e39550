package io.trimtab.job.config;

/** SIGTERM or SIGINT ended the command; the same command continues. */
public final class CancelledException extends JobException {
    private static final long serialVersionUID = 1L;

    public CancelledException(String message) {
        super(ExitCode.CANCELLED, message, null);
    }
}

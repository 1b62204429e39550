package io.trimtab.job.config;

/** Loss or gradient left the finite numbers; the newest checkpoint is from before that. */
public final class DivergedException extends JobException {
    private static final long serialVersionUID = 1L;

    public DivergedException(String message) {
        super(ExitCode.DIVERGED, message, null);
    }

    public DivergedException(String message, Throwable cause) {
        super(ExitCode.DIVERGED, message, cause);
    }
}

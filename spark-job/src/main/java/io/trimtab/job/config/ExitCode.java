package io.trimtab.job.config;

/** What the process tells its scheduler; {@code result.json} carries the same number where a launcher hides it. */
public enum ExitCode {
    DONE(0, false),
    /** An unexpected error. */
    BUG(1, false),
    /** Configuration or data must be changed first. */
    REFUSED(2, false),
    /** The cluster failed us; another attempt may succeed. */
    CLUSTER(3, true),
    DIVERGED(4, false),
    /** SIGTERM or SIGINT; another attempt continues. */
    CANCELLED(130, true);

    private final int code;
    private final boolean retryable;

    ExitCode(int code, boolean retryable) {
        this.code = code;
        this.retryable = retryable;
    }

    public int code() {
        return code;
    }

    /** Whether the same command may succeed without a change by its user. */
    public boolean retryable() {
        return retryable;
    }
}

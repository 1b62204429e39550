package io.trimtab.job.config;

import org.jspecify.annotations.Nullable;

/** An end of a command that is no bug: the message is for the user, the exit code for the scheduler. */
public abstract sealed class JobException extends RuntimeException
        permits RefusedException, ClusterException, DivergedException, CancelledException {
    private static final long serialVersionUID = 1L;
    private final ExitCode exitCode;

    JobException(ExitCode exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public final ExitCode exitCode() {
        return exitCode;
    }
}

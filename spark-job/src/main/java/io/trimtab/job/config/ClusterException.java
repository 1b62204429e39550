package io.trimtab.job.config;

/** The cluster did not give or keep what the run needs; nothing in the configuration has to change before another attempt. */
public final class ClusterException extends JobException {
    private static final long serialVersionUID = 1L;

    public ClusterException(String message) {
        super(ExitCode.CLUSTER, message, null);
    }

    public ClusterException(String message, Throwable cause) {
        super(ExitCode.CLUSTER, message, cause);
    }
}

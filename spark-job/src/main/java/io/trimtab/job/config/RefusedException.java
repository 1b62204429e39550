package io.trimtab.job.config;

/** The command cannot be carried out before its user changes the configuration, the data or the run directory. */
public sealed class RefusedException extends JobException permits ConfigurationException {
    private static final long serialVersionUID = 1L;

    public RefusedException(String message) {
        super(ExitCode.REFUSED, message, null);
    }

    public RefusedException(String message, Throwable cause) {
        super(ExitCode.REFUSED, message, cause);
    }
}

package io.trimtab.job.stages;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.JobException;
import io.trimtab.job.spark.cluster.Refusals;
import io.trimtab.merge.DivergedException;
import io.trimtab.merge.allreduce.PeerLostException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.apache.hadoop.security.AccessControlException;

/**
 * What an exception means to the user and to the scheduler. Lower rooms know neither exit codes nor each other, so the one place that
 * sees all of them translates.
 *
 * @param message for the user, without a stack trace unless it is a bug
 */
public record Failure(ExitCode exitCode, String message) {
    /** The first cause, from the outside in, that means anything; a bug if none does. */
    public static Failure of(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            Optional<ExitCode> code = meaning(cause);
            if (code.isPresent()) {
                return new Failure(code.get(), message(cause));
            }
        }
        return new Failure(ExitCode.BUG, thrown.getClass().getSimpleName() + ": " + thrown.getMessage());
    }

    private static Optional<ExitCode> meaning(Throwable cause) {
        if (cause instanceof JobException ours) {
            return Optional.of(ours.exitCode());
        }
        if (Refusals.include(cause) || isPath(cause) || isDamagedText(cause)) {
            return Optional.of(ExitCode.REFUSED);
        }
        if (cause instanceof DivergedException) {
            return Optional.of(ExitCode.DIVERGED);
        }
        if (cause instanceof PeerLostException || isStopped(cause)) {
            return Optional.of(ExitCode.CLUSTER);
        }
        return storage(cause);
    }

    /** What whoever asks Spark for something is told when it gave up its cluster meanwhile. */
    private static boolean isStopped(Throwable cause) {
        return cause instanceof IllegalStateException
                && String.valueOf(cause.getMessage()).startsWith("Cannot call methods on a stopped SparkContext");
    }

    /** Hadoop takes what stands before a colon for a scheme, in names of files too. */
    private static boolean isPath(Throwable cause) {
        return cause instanceof IllegalArgumentException && cause.getCause() instanceof URISyntaxException;
    }

    /** Whoever reads JSON says which file it was; what the parser says is of no use to a user, and the file is the same the next time. */
    private static boolean isDamagedText(Throwable cause) {
        return cause.getCause() instanceof JsonProcessingException;
    }

    /** A path that is not there, or not ours to use, has to be changed; whatever else a file system says may pass. */
    private static Optional<ExitCode> storage(Throwable cause) {
        if (cause instanceof UncheckedIOException && cause.getCause() != null) {
            return storage(cause.getCause());
        }
        if (cause instanceof FileNotFoundException
                || cause instanceof NoSuchFileException
                || cause instanceof AccessDeniedException
                || cause instanceof AccessControlException) {
            return Optional.of(ExitCode.REFUSED);
        }
        return cause instanceof IOException ? Optional.of(ExitCode.CLUSTER) : Optional.empty();
    }

    private static String message(Throwable thrown) {
        Throwable cause = thrown.getCause();
        if (isStopped(thrown)) {
            return "Spark stopped by itself: its master cannot be reached, or ended the application; the log tells why";
        }
        if (isPath(thrown) && cause != null) {
            return "Cannot use a path: " + cause.getMessage()
                    + "; rename it, Hadoop's paths have a colon behind their scheme alone";
        }
        return thrown instanceof UncheckedIOException && cause != null && !isDamagedText(thrown)
                ? thrown.getMessage() + ": " + cause.getMessage()
                : String.valueOf(thrown.getMessage());
    }
}

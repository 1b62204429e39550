package io.trimtab.job.spark;

import io.trimtab.data.DataException;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.JobException;
import io.trimtab.model.weights.ModelFolderException;
import java.io.EOFException;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.apache.spark.SparkException;

/** Finds, under Spark's wrapping, what a task wanted to tell the user. */
final class SparkFailures {
    private static final Pattern NO_PARQUET =
            Pattern.compile("(?:RuntimeException: |^)(?:file:)?([^\\n]*?) is not a Parquet file");

    private SparkFailures() {}

    /** Runs a Spark job; what its tasks refused comes out as if thrown here, lost executors as {@link ClusterException}. */
    static <T> T explained(Supplier<T> job) {
        try {
            return job.get();
        } catch (RuntimeException e) {
            throw explain(e);
        } catch (Exception e) { // Scala does not declare SparkException
            throw explain(e);
        }
    }

    static RuntimeException explain(Exception failure) {
        Optional<RuntimeException> told = told(failure);
        if (told.isPresent()) {
            return told.get();
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ZipException || cause instanceof EOFException) {
                return new DataException(
                        "Cannot read the table: a compressed file is damaged or cut off: " + cause.getMessage(),
                        failure);
            }
        }
        Optional<String> noParquet = fileThatIsNoParquet(failure);
        if (noParquet.isPresent()) {
            return new DataException(
                    "Cannot read " + noParquet.get() + ": it is no complete Parquet file; mend or remove it, or set"
                            + " format = json where the table is JSON Lines",
                    failure);
        }
        if (failure instanceof SparkException) {
            return new ClusterException("A Spark job failed: " + firstLine(failure), failure);
        }
        return failure instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(failure);
    }

    /** Parquet's reader throws a plain RuntimeException, and from a task its words arrive as part of Spark's text alone. */
    private static Optional<String> fileThatIsNoParquet(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Matcher matcher = NO_PARQUET.matcher(String.valueOf(cause.getMessage()));
            if (matcher.find()) {
                return Optional.of(matcher.group(1));
            }
        }
        return Optional.empty();
    }

    /** An exception of ours among the causes. */
    static Optional<RuntimeException> told(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DataException
                    || cause instanceof ModelFolderException
                    || cause instanceof JobException) {
                return Optional.of((RuntimeException) cause);
            }
        }
        return Optional.empty();
    }

    static String firstLine(Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }
}

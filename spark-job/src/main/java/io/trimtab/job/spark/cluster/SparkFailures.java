package io.trimtab.job.spark.cluster;

import io.trimtab.data.DataException;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.JobException;
import io.trimtab.model.engine.DeviceException;
import io.trimtab.model.weights.ModelFolderException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.apache.spark.SparkException;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.AnalysisException;

/** Finds, under Spark's wrapping, what a task wanted to tell the user. */
public final class SparkFailures {
    private static final Pattern NO_PARQUET =
            Pattern.compile("(?:RuntimeException: |^)(?:file:)?([^\\n]*?) is not a Parquet file");

    /** Spark 4 and 3.5. */
    private static final Pattern UNREADABLE = Pattern.compile(
            "(?:FAILED_READ_FILE\\S* )?Encountered error while reading file (?:file://)?(\\S+?)\\.(?=\\s)");

    /** What Spark's errors begin with, as in [DIVIDE_BY_ZERO]. */
    private static final Pattern CONDITION = Pattern.compile("^\\[([A-Z][A-Z0-9_.]*)\\]");

    /** Parquet looks for the class of a codec, as org.apache.hadoop.io.compress.BrotliCodec, when it meets the first page. */
    private static final Pattern NO_CODEC = Pattern.compile("Class [\\w.$]*?(\\w+?)(?:Codec)? was not found");

    private static final String UNLIKE_FILES = "[CANNOT_MERGE_SCHEMAS]";

    private static final int LONGEST = 200;

    private SparkFailures() {}

    /** Runs a Spark job; what its tasks refused comes out as if thrown here, lost executors as {@link ClusterException}. */
    public static <T> T explained(Supplier<T> job) {
        return explained("the table", job);
    }

    /**
     * Runs what Spark SQL looks up and resolves, before any row is read: a table or column that is not there, or text that is no SQL, is the
     * user's to mend; a catalog that does not answer is not.
     *
     * @param key the configuration key that names the table
     */
    public static <T> T analysed(String table, String key, Supplier<T> work) {
        try {
            return work.get();
        } catch (Exception e) { // Scala does not declare AnalysisException
            RuntimeException told = told(e).orElse(null);
            if (told != null) {
                throw told;
            }
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException
                        || (cause instanceof IOException && !(cause instanceof FileNotFoundException))) {
                    throw new ClusterException("Cannot look up " + table + ": " + firstLine(cause), e);
                }
            }
            throw new DataException("Cannot read " + table + ": " + firstLine(e) + "; change " + key, e);
        }
    }

    /**
     * Runs what puts the schemas of a table's files together: files that do not fit each other are the user's to mend.
     *
     * @param key the configuration key that names the table
     */
    public static <T> T fitting(String table, String key, Supplier<T> work) {
        try {
            return work.get();
        } catch (Exception e) { // Scala does not declare AnalysisException
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                String message = String.valueOf(cause.getMessage());
                if (message.contains(UNLIKE_FILES)) {
                    throw new DataException(
                            "Cannot read " + table + ": its files have columns of one name and unlike types; write them"
                                    + " with one, or let " + key + ".path name those that fit",
                            e);
                }
                if (message.startsWith("[COLUMN_ALREADY_EXISTS]")) {
                    throw new DataException(
                            "Cannot read " + table + ": a file has two columns whose names differ in nothing but"
                                    + " capitals, or not even there; write it with other names, or set"
                                    + " cluster.spark { spark.sql.caseSensitive = true } where capitals tell them apart",
                            e);
                }
            }
            RuntimeException explained = explain(table, e);
            throw e instanceof AnalysisException && explained instanceof IllegalStateException
                    ? new DataException(
                            "Cannot read " + table + ": " + firstLine(e) + "; write it with types that Spark SQL has",
                            e)
                    : explained;
        }
    }

    /**
     * Runs a job and throws what its tasks wanted to tell.
     *
     * @param table that the job reads, for messages where Spark does not tell the file
     */
    public static <T> T explained(String table, Supplier<T> job) {
        try {
            return job.get();
        } catch (RuntimeException e) {
            throw explain(table, e);
        } catch (Exception e) { // Scala does not declare SparkException
            throw explain(table, e);
        }
    }

    static RuntimeException explain(Exception failure) {
        return explain("the table", failure);
    }

    private static RuntimeException explain(String table, Exception failure) {
        Optional<RuntimeException> told = told(failure);
        if (told.isPresent()) {
            return told.get();
        }
        Optional<String> noParquet = fileThatIsNoParquet(failure);
        if (noParquet.isPresent()) {
            return new DataException(
                    "Cannot read " + noParquet.get() + ": it is no complete Parquet file; mend or remove it, or set"
                            + " format = json where the table is JSON Lines",
                    failure);
        }
        Optional<RuntimeException> damaged = damagedFile(table, failure);
        if (damaged.isPresent()) {
            return damaged.get();
        }
        Optional<RuntimeException> refusedValue = refusedValue(table, failure);
        if (refusedValue.isPresent()) {
            return refusedValue.get();
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

    /** A file that could be opened and not be made sense of; what a file system says may pass, this will not. */
    private static Optional<RuntimeException> damagedFile(String table, Throwable failure) {
        String file = table;
        String codec = "";
        boolean unreadable = false;
        boolean decoding = false;
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Matcher named = UNREADABLE.matcher(String.valueOf(cause.getMessage()));
            if (named.find()) {
                file = named.group(1);
                unreadable = true;
            }
            Matcher missing = NO_CODEC.matcher(String.valueOf(cause.getMessage()));
            if (missing.find()) {
                codec = missing.group(1).toLowerCase(Locale.ROOT);
            }
            decoding |= cause.getClass().getName().contains("parquet");
            root = cause;
        }
        boolean cutOff = root instanceof ZipException || root instanceof EOFException;
        boolean fileSystem = root instanceof IOException && !cutOff;
        if (!decoding && !cutOff && !(unreadable && !fileSystem)) {
            return Optional.empty();
        }
        if (decoding && !codec.isEmpty()) {
            return Optional.of(new DataException(
                    "Cannot read " + file + ": it is compressed with " + codec
                            + ", and Spark has no codec for that here;"
                            + " bring the codec's jar with --jars, or write the table with zstd, snappy or gzip",
                    failure));
        }
        return Optional.of(new DataException(
                "Cannot read " + file + ": a file is damaged or cut off, or not of its format (" + shortened(root)
                        + "); mend or remove it",
                failure));
    }

    /** An expression met a value that it cannot take. Spark quotes the value, which may be a user's text: only the kind of error is told. */
    private static Optional<RuntimeException> refusedValue(String table, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Matcher condition = CONDITION.matcher(String.valueOf(cause.getMessage()));
            if (cause instanceof SparkThrowable && cause instanceof RuntimeException && condition.find()) {
                return Optional.of(
                        new DataException("Cannot read " + table + ": an expression of its query, or of a view,"
                                + " failed on a row with " + condition.group(1)
                                + "; leave such rows out with WHERE, or use try_cast and its like"));
            }
        }
        return Optional.empty();
    }

    private static String shortened(Throwable failure) {
        String line = failure.getClass().getSimpleName() + ": " + firstLine(failure);
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }

    /** An exception of ours among the causes. */
    static Optional<RuntimeException> told(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DataException
                    || cause instanceof ModelFolderException
                    || cause instanceof DeviceException
                    || cause instanceof JobException) {
                return Optional.of((RuntimeException) cause);
            }
        }
        return Optional.empty();
    }

    public static String firstLine(Throwable failure) {
        String text = String.valueOf(failure.getMessage()).stripLeading();
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }
}

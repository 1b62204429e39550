package io.trimtab.job.stages;

import io.trimtab.data.rows.DataSource;
import io.trimtab.job.config.DataSettings;
import io.trimtab.job.config.EvaluationSettings;
import io.trimtab.job.config.EvaluationTest;
import io.trimtab.job.config.ModelSettings;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.config.TrimtabConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Paths that mean the same in every process: a relative one counts from the working directory of the command, which is not that of an
 * executor.
 */
final class AbsolutePaths {
    private static final Pattern PATTERN = Pattern.compile("[{}\\[\\]*?\\\\]");

    private final UnaryOperator<String> absolute;

    /** @param localByDefault whether a path without a scheme is a local one for Hadoop */
    AbsolutePaths(Path workingDirectory, boolean localByDefault) {
        String scheme = localByDefault ? "" : "file:";
        this.absolute = path -> requireSyntax(
                path.startsWith("/") || path.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")
                        ? path
                        : scheme + workingDirectory.resolve(path).normalize());
    }

    private static String requireSyntax(String path) {
        try {
            URI uri = new org.apache.hadoop.fs.Path(path).toUri();
            if ("file".equals(uri.getScheme()) && uri.getAuthority() != null) {
                throw new RefusedException("Cannot use the path " + path + ": " + uri.getAuthority()
                        + " stands where a host does, and files are read on this machine; write file:///"
                        + uri.getAuthority() + uri.getPath());
            }
            return path;
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    "Cannot use the path " + path + ": " + e.getMessage()
                            + "; what stands before a colon is a scheme, write ./" + path + " for a local path",
                    e);
        }
    }

    TrimtabConfig of(TrimtabConfig config) {
        return new TrimtabConfig(
                absolute.apply(config.runDirectory()),
                config.runId(),
                ofTables(config.tablesDirectory()),
                of(config.model()),
                of(config.data()),
                config.loss(),
                config.optimizer(),
                config.merge(),
                config.training(),
                config.cluster(),
                config.checkpoint(),
                of(config.evaluation()),
                config.metrics());
    }

    String of(String path) {
        return absolute.apply(path);
    }

    /** Of the folder of tables, which Spark reads: it would look for files that fit a pattern. */
    String ofTables(String folder) {
        String path = absolute.apply(folder);
        if (PATTERN.matcher(path).find()) {
            throw new RefusedException("tables-directory: Spark would take " + path
                    + " for a pattern; name one without any of { } [ ] * ? \\, or such a run-directory, in which it is by"
                    + " default");
        }
        return path;
    }

    private ModelSettings of(ModelSettings model) {
        return new ModelSettings(
                orNull(model.policy()),
                orNull(model.base()),
                orNull(model.reference()),
                orNull(model.initialize()),
                model.precision(),
                model.activationCheckpointing(),
                model.device(),
                model.baseMismatch());
    }

    private DataSettings of(DataSettings data) {
        return new DataSettings(data.train().withPath(absolute), data.order(), data.text(), data.maxRejectedShare());
    }

    private EvaluationSettings of(EvaluationSettings evaluation) {
        DataSource data = evaluation.data();
        return new EvaluationSettings(
                evaluation.everySteps(),
                data == null ? null : data.withPath(absolute),
                evaluation.tests().stream()
                        .map(test -> new EvaluationTest(test.name(), test.kind(), absolute.apply(test.path())))
                        .toList());
    }

    private @Nullable String orNull(@Nullable String path) {
        return path == null ? null : absolute.apply(path);
    }
}

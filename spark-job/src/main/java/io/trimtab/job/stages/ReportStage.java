package io.trimtab.job.stages;

import io.trimtab.job.checkpoint.RunDirectory;
import io.trimtab.job.checkpoint.Shown;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.report.RunPage;
import io.trimtab.job.report.RunRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/** The run as one HTML page. Works without Spark. */
final class ReportStage {
    private static final String RESULT = "result.json";

    private final RunDirectory directory;

    ReportStage(RunDirectory directory) {
        this.directory = directory;
    }

    /**
     * Writes the page.
     *
     * @param result result.json to tell of, as that of the command under way is written after the page; empty: there is none
     * @throws RefusedException where there is nothing to report on, or a file cannot be read for what it should be
     */
    void run(Optional<byte[]> result) {
        if (!isOfTraining() && !exists(directory.dataReport()) && !exists(directory.evaluation())) {
            throw new RefusedException("Cannot report on " + Shown.path(directory.root())
                    + ": nothing was prepared, trained or measured there; run `prepare` or `run` first, or set"
                    + " trimtab.run-directory");
        }
        try {
            byte[] page = RunPage.html(record(result)).getBytes(StandardCharsets.UTF_8);
            directory.storage().replace(directory.report(), page);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + directory.report(), e);
        }
    }

    private RunRecord record(Optional<byte[]> result) throws IOException {
        try {
            return RunRecord.read(
                    directory.root().getName(),
                    name -> name.equals(RESULT) ? result : directory.storage().read(new Path(directory.root(), name)));
        } catch (IllegalArgumentException e) { // a file that was changed by hand
            throw new RefusedException(
                    "Cannot report on " + Shown.path(directory.root()) + ": " + e.getMessage()
                            + "; mend the file, or take it away",
                    e);
        }
    }

    /** Whether there is a step to show. */
    boolean isOfTraining() {
        return exists(directory.metrics());
    }

    private boolean exists(Path file) {
        return directory.storage().exists(file);
    }
}

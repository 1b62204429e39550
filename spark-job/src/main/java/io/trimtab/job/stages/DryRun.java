package io.trimtab.job.stages;

import io.trimtab.job.checkpoint.Storage;
import java.util.UUID;
import java.util.function.Function;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the training table and leaves nothing behind: what Spark writes for it lies in a folder of its own under the tables and is removed.
 * Neither takes nor touches the run directory.
 */
final class DryRun {
    private final Function<String, Tables> tables;
    private final Path scratch;

    /** @param tables that lie in the folder given */
    DryRun(Function<String, Tables> tables, String tablesDirectory) {
        this.tables = tables;
        this.scratch = new Path(tablesDirectory, "dry-run-" + UUID.randomUUID());
    }

    /** @throws io.trimtab.data.DataException if the table cannot be trained on */
    void run(@Nullable String rendered) {
        Tables here = tables.apply(scratch.toString());
        try {
            here.warnOfLoweredLength();
            DataFindings findings = here.findings(here.train());
            here.say(findings);
            if (rendered != null) {
                here.render(rendered);
            }
            here.requireUsable(findings);
        } finally {
            Storage.of(scratch, here.hadoop().configuration()).delete(scratch);
        }
    }
}

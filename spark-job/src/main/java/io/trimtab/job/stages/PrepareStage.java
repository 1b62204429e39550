package io.trimtab.job.stages;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.job.checkpoint.RunDirectory;
import io.trimtab.job.checkpoint.Shown;
import io.trimtab.job.spark.prepare.PreparedTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;

/** Rows become examples; what was found out about them is written to the run directory before it is judged. */
final class PrepareStage {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Workplace workplace;

    PrepareStage(Workplace workplace) {
        this.workplace = workplace;
    }

    /** @throws io.trimtab.data.DataException if the table cannot be trained on */
    PreparedTable run() {
        Tables tables = workplace.tables();
        PreparedTable table = tables.train();
        tables.warnOfLoweredLength();
        copyQuarantine(table);
        DataFindings findings = tables.findings(table);
        writeReport(findings);
        tables.say(findings);
        if (table.report().rejectedRows() > 0) {
            workplace
                    .console()
                    .say("data.train: rejected rows by id and reason: "
                            + Shown.path(workplace.directory().quarantine()));
        }
        tables.requireUsable(findings);
        return table;
    }

    private void writeReport(DataFindings findings) {
        RunDirectory directory = workplace.directory();
        Map<String, Object> figures = new LinkedHashMap<>(findings.toMap());
        figures.put("quarantine", Shown.path(directory.quarantine()));
        try {
            directory
                    .storage()
                    .replace(
                            directory.dataReport(),
                            JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(figures));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + directory.dataReport(), e);
        }
    }

    /** The prepared table may be shared and outlive this run, or be deleted before it. */
    private void copyQuarantine(PreparedTable table) {
        Configuration hadoop = workplace.hadoop().configuration();
        Path from = new Path(table.quarantine());
        Path to = workplace.directory().quarantine();
        try {
            FileSystem target = workplace.directory().storage().files();
            target.delete(to, true);
            FileUtil.copy(from.getFileSystem(hadoop), from, target, to, false, hadoop);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot copy the quarantine table to " + to, e);
        }
    }
}

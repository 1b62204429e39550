package io.trimtab.job.stages;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.ClassBalance;
import io.trimtab.data.DataReport;
import io.trimtab.data.DataSource;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.plan.BatchPlan;
import io.trimtab.data.plan.PaddedBatches;
import io.trimtab.job.checkpoint.RunDirectory;
import io.trimtab.job.checkpoint.Shown;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.spark.ModelFolders;
import io.trimtab.job.spark.Overlap;
import io.trimtab.job.spark.PreparedTable;
import io.trimtab.job.spark.RowLengths;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.loss.LossSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;

/** Rows become examples; what was found out about them is written to the run directory before it is judged. */
final class PrepareStage {
    /** TRL's per_device_train_batch_size. */
    private static final int ROWS_OF_TRL = 8;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Workplace workplace;

    PrepareStage(Workplace workplace) {
        this.workplace = workplace;
    }

    /** @throws io.trimtab.data.DataException if the table cannot be trained on */
    PreparedTable run() {
        TrimtabConfig config = workplace.config();
        TrainingStage stage = config.training().stage();
        PreparedTable table = workplace.prepare(config.data().train(), "data.train", stage);
        warnOfLoweredLength(config);
        DataReport report = table.report();
        copyQuarantine(table);
        DataFindings findings = findings(table);
        writeReport(findings);
        say(findings);
        report.requireTrainable(config.data().train(), stage, config.data().maxRejectedShare());
        return table;
    }

    private DataFindings findings(PreparedTable table) {
        TrimtabConfig config = workplace.config();
        DataReport report = table.report();
        DataSource held = config.evaluation().data();
        TrainingStage stage = config.training().stage();
        Overlap overlap = held == null || report.kept() == 0
                ? null
                : table.overlap(workplace.prepare(held, "evaluation.data", stage));
        boolean bothClasses = report.desirable() > 0 && report.undesirable() > 0;
        LossSettings loss = config.loss();
        return new DataFindings(
                stage,
                report,
                table.repeated(),
                report.kept() == 0 ? List.of() : padding(table),
                bothClasses
                        ? new ClassBalance(
                                report.desirable(),
                                report.undesirable(),
                                loss.desirableWeight(),
                                loss.undesirableWeight())
                        : null,
                overlap);
    }

    /** For batches of one row, of TRL's default size, and of a whole step. */
    private List<PaddedBatches> padding(PreparedTable table) {
        TrimtabConfig config = workplace.config();
        RowLengths lengths = table.lengths();
        int globalBatch = config.training().globalBatchSize();
        BatchPlan plan = BatchPlan.of(
                lengths.packed().length,
                globalBatch,
                1,
                -1,
                config.training().seed(),
                config.data().order(),
                lengths.packed());
        int sequences = config.training().stage() == TrainingStage.DPO ? 2 : 1;
        return IntStream.of(1, ROWS_OF_TRL, globalBatch)
                .filter(rows -> rows <= globalBatch)
                .distinct()
                .sorted()
                .mapToObj(rows -> PaddedBatches.of(plan, globalBatch, rows, lengths.longest(), sequences))
                .toList();
    }

    private void say(DataFindings findings) {
        DataReport report = findings.report();
        Console console = workplace.console();
        console.say("data.train: " + report.kept() + " of " + report.read() + " rows kept, " + report.rejectedRows()
                + " rejected, " + report.overLength() + " over max-length, "
                + findings.repeated().duplicates() + " duplicates; longest " + report.longest() + " tokens");
        if (report.rejectedRows() > 0) {
            console.say("data.train: rejected rows by id and reason: "
                    + Shown.path(workplace.directory().quarantine()));
        }
        findings.advice().forEach(sentence -> console.say("data.train: " + sentence));
    }

    private void warnOfLoweredLength(TrimtabConfig config) {
        String folder = ModelFolders.words(config.model());
        int positions = ModelArchitecture.read(
                        workplace.folders().withoutWeights(folder).resolve("config.json"))
                .maxPositions();
        int asked = config.data().text().maxLength();
        if (asked > positions) {
            workplace
                    .console()
                    .say("warning: data.max-length " + asked + " is lowered to " + positions + ", the positions of "
                            + folder);
        }
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

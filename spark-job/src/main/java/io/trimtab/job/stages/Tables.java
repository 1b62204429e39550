package io.trimtab.job.stages;

import io.trimtab.data.TrainingStage;
import io.trimtab.data.plan.BatchPlan;
import io.trimtab.data.plan.PaddedBatches;
import io.trimtab.data.report.ClassBalance;
import io.trimtab.data.report.DataReport;
import io.trimtab.data.rows.DataSource;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.config.TrainingSettings;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.LocalFolders;
import io.trimtab.job.spark.files.ModelFolders;
import io.trimtab.job.spark.prepare.Preparation;
import io.trimtab.job.spark.prepare.PreparationRequest;
import io.trimtab.job.spark.prepare.PreparedTable;
import io.trimtab.job.spark.prepare.RowLengths;
import io.trimtab.job.spark.source.OpenTables;
import io.trimtab.model.ModelArchitecture;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Tables made into examples with the words of the run's model, and what there is to find out about them.
 *
 * @param config with absolute paths
 * @param tablesDirectory where prepared tables lie, and where new ones go
 * @param tables of the command
 */
record Tables(
        TrimtabConfig config,
        String tablesDirectory,
        HadoopSettings hadoop,
        Supplier<SparkSession> session,
        OpenTables tables,
        Console console) {
    /** TRL's per_device_train_batch_size. */
    private static final int ROWS_OF_TRL = 8;

    /** Share of the heap. */
    private static final double LARGEST_PLAN = 0.5;

    private static final double GIB = 1L << 30;

    private static final String TRAIN = "data.train";
    private static final String EVALUATION = "evaluation.data";

    PreparedTable train() {
        return prepare(config.data().train(), TRAIN, stage());
    }

    PreparedTable prepare(DataSource source, String key, TrainingStage stage) {
        PreparedTable table = preparation().prepare(request(source, key, stage));
        if (!key.equals(TRAIN)) {
            table.report().shapes().lines().forEach(line -> console.say(key + ": shape: " + line));
        }
        return table;
    }

    /** Writes the text and the ids of the training table's kept rows to a file. */
    void render(String file) {
        long rows = preparation().render(request(config.data().train(), TRAIN, stage()), file);
        console.say(TRAIN + ": " + rows + " rendered rows with their ids: " + file);
    }

    private Preparation preparation() {
        return new Preparation(
                session.get(), hadoop, tablesDirectory, config.cluster().localDirectory(), console::say, tables);
    }

    private PreparationRequest request(DataSource source, String key, TrainingStage stage) {
        return new PreparationRequest(
                source,
                key,
                stage,
                config.data().text(),
                ModelFolders.words(config.model()),
                config.training().seed());
    }

    private TrainingStage stage() {
        return config.training().stage();
    }

    void warnOfLoweredLength() {
        String folder = ModelFolders.words(config.model());
        LocalFolders folders = new LocalFolders(hadoop, config.cluster().localDirectory());
        int positions = ModelArchitecture.read(folders.withoutWeights(folder).resolve("config.json"))
                .maxPositions();
        int asked = config.data().text().maxLength();
        if (asked > positions) {
            console.say("warning: data.max-length " + asked + " is lowered to " + positions + ", the positions of "
                    + folder);
        }
    }

    /** What the doctor finds in the training table; prepares the evaluation table, too, where there is one. */
    DataFindings findings(PreparedTable train) {
        boolean empty = train.report().kept() == 0;
        return new DataFindings(
                stage(),
                train.report(),
                train.repeated(),
                empty ? List.of() : padding(train),
                balance(train.report()),
                empty ? null : heldOut(train));
    }

    /** For batches of one row, of TRL's default size, and of a whole step. */
    private List<PaddedBatches> padding(PreparedTable train) {
        RowLengths lengths = train.lengths();
        int globalBatch = config.training().globalBatchSize();
        BatchPlan plan = BatchPlan.of(
                lengths.packed().length,
                globalBatch,
                1,
                -1,
                config.training().seed(),
                config.data().order(),
                lengths.packed());
        int sequences = stage() == TrainingStage.DPO ? 2 : 1;
        return IntStream.of(1, ROWS_OF_TRL, globalBatch)
                .filter(rows -> rows <= globalBatch)
                .distinct()
                .sorted()
                .mapToObj(rows -> PaddedBatches.of(plan, globalBatch, rows, lengths.longest(), sequences))
                .toList();
    }

    private @Nullable ClassBalance balance(DataReport report) {
        return report.desirable() == 0 || report.undesirable() == 0
                ? null
                : new ClassBalance(
                        report.desirable(),
                        report.undesirable(),
                        config.loss().desirableWeight(),
                        config.loss().undesirableWeight());
    }

    private @Nullable HeldOut heldOut(PreparedTable train) {
        DataSource held = config.evaluation().data();
        if (held == null) {
            return null;
        }
        PreparedTable table = prepare(held, EVALUATION, stage());
        return new HeldOut(table.report(), train.overlap(table));
    }

    void say(DataFindings findings) {
        findings.lines().forEach(line -> console.say(TRAIN + ": " + line));
        HeldOut held = findings.evaluation();
        if (held != null) {
            held.lines().forEach(line -> console.say(EVALUATION + ": " + line));
        }
    }

    /** The driver and every executor hold the plan of the run, which is far beyond reason before it is beyond memory. */
    private void requirePlannable(int rows) {
        TrainingSettings training = config.training();
        double bytes = BatchPlan.bytes(rows, training.globalBatchSize(), training.epochs(), training.maxSteps());
        double heap = Runtime.getRuntime().maxMemory();
        if (bytes > heap * LARGEST_PLAN) {
            throw new RefusedException(String.format(
                    Locale.ROOT,
                    "Cannot plan %d epochs of %d rows: the plan takes %.1f GiB, 4 bytes for every visit of a row, and the"
                            + " driver has %.1f GiB of heap; lower training.epochs, or end the run with training.max-steps",
                    training.epochs(),
                    rows,
                    bytes / GIB,
                    heap / GIB));
        }
    }

    /**
     * @throws io.trimtab.data.DataException if the table cannot be trained on, or nothing be measured on evaluation.data
     * @throws RefusedException if its epochs are too many to be planned
     */
    void requireUsable(DataFindings findings) {
        double share = config.data().maxRejectedShare();
        findings.report().requireTrainable(config.data().train(), stage(), share);
        requirePlannable(Math.toIntExact(findings.report().kept()));
        DataSource source = config.evaluation().data();
        HeldOut held = findings.evaluation();
        if (source != null && held != null) {
            held.report().requireMeasurable(EVALUATION, source, stage(), share);
        }
    }
}

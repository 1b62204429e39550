package io.trimtab.job.spark.prepare;

import io.trimtab.data.TrainingStage;
import io.trimtab.data.chat.ChatTemplateFiles;
import io.trimtab.data.report.DataReport;
import io.trimtab.data.tokens.TextSettings;
import io.trimtab.job.checkpoint.Storage;
import io.trimtab.job.spark.cluster.SparkFailures;
import io.trimtab.job.spark.files.Fingerprint;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.LocalFolders;
import io.trimtab.job.spark.files.TableFolder;
import io.trimtab.job.spark.files.TableManifest;
import io.trimtab.job.spark.files.TableManifest.TableFile;
import io.trimtab.job.spark.files.TokenizerFiles;
import io.trimtab.job.spark.source.OpenTables;
import io.trimtab.job.spark.source.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;

/**
 * The prepare job: reads a user's table, has every row checked, rendered and tokenised on the executors, and writes the prepared table,
 * the quarantine of rejected rows and the counts. A finished table of the same fingerprint is used as it is. Driver only.
 */
public final class Preparation {
    /** Changes whenever the same input would give another table. */
    private static final int FORMAT = 7;

    private final SparkSession session;
    private final HadoopSettings hadoop;
    private final String tablesDirectory;
    private final @Nullable String localDirectory;
    private final Consumer<String> progress;
    private final OpenTables tables;

    public Preparation(
            SparkSession session,
            HadoopSettings hadoop,
            String tablesDirectory,
            @Nullable String localDirectory,
            Consumer<String> progress,
            OpenTables tables) {
        this.session = session;
        this.hadoop = hadoop;
        this.tablesDirectory = tablesDirectory;
        this.localDirectory = localDirectory;
        this.progress = progress;
        this.tables = tables;
    }

    /** Never judges the outcome: whether a report allows training is for the caller to say. */
    public PreparedTable prepare(PreparationRequest asked) {
        PreparationRequest request = asked.withText(withTemplate(asked.text()));
        Table table = tables.table(session, hadoop, request.source(), request.key());
        TokenizerFiles tokenizer = TokenizerFiles.read(hadoop, request.tokenizerFolder());
        TableFolder folder = new TableFolder(
                hadoop,
                tablesDirectory,
                "prepared",
                fingerprint(request, table.identity(request.stage()), tokenizer.identity()));
        Optional<TableManifest> finished = folder.manifest();
        if (finished.isPresent()) {
            progress.accept(request.key() + ": prepared table is there already, " + folder.path());
            return opened(folder, finished.get());
        }
        progress.accept(request.key() + ": reading, checking and tokenising "
                + request.source().name());
        int maxPositions = tokenizer.maxPositions(new LocalFolders(hadoop, localDirectory));
        long start = System.nanoTime();
        PreparedTable prepared =
                SparkFailures.explained(request.source().name(), () -> write(request, table, folder, maxPositions));
        double seconds = (System.nanoTime() - start) / 1e9;
        long rows = prepared.report().read();
        progress.accept(String.format(
                Locale.ROOT, "%s: %d rows in %.1f s, %.0f rows/s", request.key(), rows, seconds, rows / seconds));
        return prepared;
    }

    /**
     * Writes text and ids of the kept rows to a file, one JSON object a line.
     *
     * @return how many rows there are
     */
    public long render(PreparationRequest asked, String file) {
        PreparationRequest request = asked.withText(withTemplate(asked.text()));
        Table table = tables.table(session, hadoop, request.source(), request.key());
        TokenizerFiles tokenizer = TokenizerFiles.read(hadoop, request.tokenizerFolder());
        int maxPositions = tokenizer.maxPositions(new LocalFolders(hadoop, localDirectory));
        Path parts = new Path(tablesDirectory, "rendered-" + UUID.randomUUID());
        try {
            SparkFailures.explained(request.source().name(), () -> {
                RenderedRows.lines(request, table, folders(), maxPositions).saveAsTextFile(parts.toString());
                return parts;
            });
            return RenderedRows.join(hadoop, parts, new Path(file));
        } finally {
            Storage.of(parts, hadoop.configuration()).delete(parts);
        }
    }

    /** A template's path means something on this machine only. */
    private static TextSettings withTemplate(TextSettings text) {
        String setting = text.chatTemplate();
        return setting == null || ChatTemplateFiles.isName(setting)
                ? text
                : text.withChatTemplate(ChatTemplateFiles.ofSetting(setting));
    }

    /** Everything that decides what the prepared table holds: two requests of one fingerprint share it. */
    static Fingerprint fingerprint(PreparationRequest request, String table, String tokenizer) {
        Fingerprint fingerprint = new Fingerprint()
                .with("format", FORMAT)
                .with("stage", request.stage())
                .with("files", table)
                .with("query", String.valueOf(request.source().query()))
                .with("options", new TreeMap<>(request.source().options()))
                .with("columns", new TreeMap<>(request.source().columns()))
                .with("rows", request.source().rows())
                .with("text", request.text())
                .with("tokenizer", tokenizer);
        return request.stage() == TrainingStage.KTO ? fingerprint.with("seed", request.seed()) : fingerprint;
    }

    private PreparedTable write(PreparationRequest request, Table table, TableFolder folder, int maxPositions) {
        JavaRDD<PlacedOutcome> outcomes = RowPreparation.outcomes(request, table, folders(), maxPositions);
        Path attempt = folder.attempt();
        OutcomeTables outputs = new OutcomeTables(hadoop, attempt);
        WrittenOutcomes written = table.isInOrder() && request.stage() != TrainingStage.KTO
                ? outputs.write(outcomes)
                : ordered(request, table, outcomes, maxPositions, outputs);
        long[] firstRows = written.summary()
                .firstRows(outcomes.getNumPartitions())
                .orElseThrow(() -> new IllegalStateException("The parts of a table reach into each other: "
                        + request.source().name()));
        List<TableFile> rows = new ArrayList<>(written.rows());
        rows.sort(Comparator.comparing(TableFile::path));
        RepeatedRows repeated = RepeatedRows.of(
                new JavaSparkContext(session.sparkContext()),
                RowFactFiles.of(hadoop, folder, rows),
                written.summary().report().kept());
        return opened(
                folder,
                folder.commit(
                        attempt,
                        rows,
                        PreparedTable.details(
                                written.summary().report(),
                                repeated,
                                outputs.quarantine(),
                                new RowNumbers(firstRows))));
    }

    /** Rows that lie in any order, or that must meet others first, are made once and stored before they are written. */
    private static WrittenOutcomes ordered(
            PreparationRequest request,
            Table table,
            JavaRDD<PlacedOutcome> made,
            int maxPositions,
            OutcomeTables outputs) {
        // As bytes, which Java's serialization only copies.
        JavaRDD<byte[]> stored = made.map(PlacedOutcome::packed).persist(StorageLevel.DISK_ONLY());
        JavaRDD<PlacedOutcome> outcomes = stored.map(PlacedOutcome::unpacked);
        try {
            table.requireUnchanged(request.stage(), outcomes.map(PlacedOutcome::place));
            if (request.stage() != TrainingStage.KTO) {
                boolean sorted = OutcomeSummary.of(outcomes)
                        .firstRows(outcomes.getNumPartitions())
                        .isPresent();
                return outputs.write(sorted ? outcomes : sorted(outcomes, made.getNumPartitions()));
            }
            DataReport report = OutcomeSummary.of(outcomes).report();
            int maxLength = Math.min(request.text().maxLength(), maxPositions);
            JavaRDD<PlacedOutcome> paired = KtoPairs.of(
                            outcomes.filter(PlacedOutcome::isKept), report.kept(), request.seed(), maxLength)
                    .persist(StorageLevel.DISK_ONLY());
            try {
                JavaRDD<PlacedOutcome> others = outcomes.filter(row -> !row.isKept());
                WrittenOutcomes written = outputs.write(sorted(paired.union(others), made.getNumPartitions()));
                // The rows are counted already; the notes are those of the pairing.
                return written.withReport(report.plus(written.summary().report().onlyNotes()));
            } finally {
                paired.unpersist();
            }
        } finally {
            stored.unpersist();
        }
    }

    private static JavaRDD<PlacedOutcome> sorted(JavaRDD<PlacedOutcome> outcomes, int partitions) {
        return outcomes.keyBy(PlacedOutcome::place).sortByKey(true, partitions).values();
    }

    private LocalFolders.Settings folders() {
        return new LocalFolders.Settings(hadoop, localDirectory);
    }

    private PreparedTable opened(TableFolder folder, TableManifest manifest) {
        return new PreparedTable(session, folder, manifest);
    }
}

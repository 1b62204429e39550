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
import io.trimtab.job.spark.files.TokenizerFiles;
import io.trimtab.job.spark.source.Table;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;

/**
 * The prepare job: reads a user's table, has every row checked, rendered and tokenised on the executors, and writes the prepared table,
 * the quarantine of rejected rows and the counts. A finished table of the same fingerprint is used as it is. Driver only.
 */
public final class Preparation {
    /** Changes whenever the same input would give another table. */
    private static final int FORMAT = 5;

    private final SparkSession session;
    private final HadoopSettings hadoop;
    private final String tablesDirectory;
    private final @Nullable String localDirectory;
    private final Consumer<String> progress;

    public Preparation(
            SparkSession session,
            HadoopSettings hadoop,
            String tablesDirectory,
            @Nullable String localDirectory,
            Consumer<String> progress) {
        this.session = session;
        this.hadoop = hadoop;
        this.tablesDirectory = tablesDirectory;
        this.localDirectory = localDirectory;
        this.progress = progress;
    }

    /** Never judges the outcome: whether a report allows training is for the caller to say. */
    public PreparedTable prepare(PreparationRequest asked) {
        PreparationRequest request = asked.withText(withTemplate(asked.text()));
        Table table = Table.open(session, hadoop, request.source(), request.key());
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
        Table table = Table.open(session, hadoop, request.source(), request.key());
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
        // As bytes, which Java's serialization only copies.
        JavaRDD<byte[]> stored = RowPreparation.outcomes(request, table, folders(), maxPositions)
                .map(PlacedOutcome::packed)
                .persist(StorageLevel.DISK_ONLY());
        JavaRDD<PlacedOutcome> outcomes = stored.map(PlacedOutcome::unpacked);
        JavaRDD<PlacedOutcome> kept = outcomes.filter(PlacedOutcome::isKept);
        try {
            table.requireUnchanged(request.stage(), outcomes.map(PlacedOutcome::place));
            OutcomeSummary summary = OutcomeSummary.of(outcomes);
            DataReport report = summary.report();
            if (request.stage() == TrainingStage.KTO) {
                int maxLength = Math.min(request.text().maxLength(), maxPositions);
                kept = KtoPairs.of(kept, report.kept(), request.seed(), maxLength)
                        .persist(StorageLevel.DISK_ONLY());
                summary = OutcomeSummary.of(kept);
                report = report.plus(summary.report().onlyNotes());
            }
            Path attempt = folder.attempt();
            Path quarantine = new Path(attempt, "quarantine");
            Path rows = new Path(attempt, "rows");
            OutcomeTables tables = new OutcomeTables(session);
            tables.writeQuarantine(outcomes, report.rejectedRows(), quarantine);
            tables.writeRows(kept, summary, rows);
            RepeatedRows repeated =
                    RepeatedRows.of(session.read().schema(PreparedRows.SCHEMA).parquet(rows.toString()));
            return opened(
                    folder,
                    folder.commit(
                            attempt,
                            folder.list(attempt, "rows", ".parquet"),
                            PreparedTable.details(report, repeated, quarantine)));
        } finally {
            kept.unpersist();
            stored.unpersist();
        }
    }

    private LocalFolders.Settings folders() {
        return new LocalFolders.Settings(hadoop, localDirectory);
    }

    private PreparedTable opened(TableFolder folder, TableManifest manifest) {
        return new PreparedTable(session, folder, manifest);
    }
}

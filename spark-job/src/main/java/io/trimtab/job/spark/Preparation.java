package io.trimtab.job.spark;

import io.trimtab.data.DataReport;
import io.trimtab.data.DataTally;
import io.trimtab.data.Example;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.TextSettings;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.chat.ChatTemplateFiles;
import io.trimtab.job.checkpoint.Storage;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * The prepare job: reads a user's table, has every row checked, rendered and tokenised on the executors, and writes the prepared table,
 * the quarantine of rejected rows and the counts. A finished table of the same fingerprint is used as it is. Driver only.
 */
public final class Preparation {
    /** Changes whenever the same input would give another table. */
    private static final int FORMAT = 5;

    private static final long TOKENS_PER_FILE = 8L << 20;
    private static final StructType QUARANTINE = new StructType()
            .add("id", DataTypes.StringType, false)
            .add("reason", DataTypes.StringType, false)
            .add("detail", DataTypes.StringType, false);

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
        TableFolder folder =
                new TableFolder(hadoop, tablesDirectory, "prepared", fingerprint(request, table, tokenizer));
        Optional<TableManifest> finished = folder.manifest();
        if (finished.isPresent()) {
            progress.accept(request.key() + ": prepared table is there already, " + folder.path());
            return opened(folder, finished.get());
        }
        progress.accept(request.key() + ": reading, checking and tokenising "
                + request.source().name());
        int maxPositions = tokenizer.maxPositions(new LocalFolders(hadoop, localDirectory));
        return SparkFailures.explained(request.source().name(), () -> write(request, table, folder, maxPositions));
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

    private static Fingerprint fingerprint(PreparationRequest request, Table table, TokenizerFiles tokenizer) {
        Fingerprint fingerprint = new Fingerprint()
                .with("format", FORMAT)
                .with("stage", request.stage())
                .with("files", table.identity(request.stage()))
                .with("query", String.valueOf(request.source().query()))
                .with("options", new TreeMap<>(request.source().options()))
                .with("columns", new TreeMap<>(request.source().columns()))
                .with("rows", request.source().rows())
                .with("text", request.text())
                .with("tokenizer", tokenizer.identity());
        return request.stage() == TrainingStage.KTO ? fingerprint.with("seed", request.seed()) : fingerprint;
    }

    private PreparedTable write(PreparationRequest request, Table table, TableFolder folder, int maxPositions) {
        JavaRDD<PlacedOutcome> outcomes =
                RowPreparation.outcomes(request, table, folders(), maxPositions).persist(StorageLevel.DISK_ONLY());
        try {
            table.requireUnchanged(request.stage(), outcomes.map(PlacedOutcome::place));
            DataReport report = report(outcomes);
            Path attempt = folder.attempt();
            Path quarantine = new Path(attempt, "quarantine");
            writeQuarantine(outcomes, quarantine);
            JavaRDD<PlacedOutcome> kept = outcomes.filter(PlacedOutcome::isKept);
            if (request.stage() == TrainingStage.KTO) {
                int maxLength = Math.min(request.text().maxLength(), maxPositions);
                kept = KtoPairs.of(kept, report.kept(), request.seed(), maxLength)
                        .persist(StorageLevel.DISK_ONLY());
                report = report.plus(report(kept).onlyNotes());
            }
            Path rows = new Path(attempt, "rows");
            writeRows(kept, report, rows);
            kept.unpersist();
            RepeatedRows repeated =
                    RepeatedRows.of(session.read().schema(PreparedRows.SCHEMA).parquet(rows.toString()));
            return opened(
                    folder,
                    folder.commit(
                            attempt,
                            folder.list(attempt, "rows", ".parquet"),
                            PreparedTable.details(report, repeated, quarantine)));
        } finally {
            outcomes.unpersist();
        }
    }

    private LocalFolders.Settings folders() {
        return new LocalFolders.Settings(hadoop, localDirectory);
    }

    private PreparedTable opened(TableFolder folder, TableManifest manifest) {
        return new PreparedTable(session, folder, manifest);
    }

    private static DataReport report(JavaRDD<PlacedOutcome> outcomes) {
        return outcomes.mapPartitions(rows -> {
                    DataTally tally = new DataTally();
                    rows.forEachRemaining(row -> row.addTo(tally));
                    return List.of(tally.report()).iterator();
                })
                .fold(DataReport.EMPTY, DataReport::plus);
    }

    private void writeQuarantine(JavaRDD<PlacedOutcome> outcomes, Path folder) {
        JavaRDD<Row> rejected = outcomes.filter(row -> row.outcome() instanceof RowOutcome.Rejected)
                .map(row -> (RowOutcome.Rejected) row.outcome())
                .map(row -> RowFactory.create(row.id(), row.reason().key(), row.detail()));
        session.createDataFrame(rejected, QUARANTINE)
                .coalesce(1)
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(folder.toString());
    }

    private void writeRows(JavaRDD<PlacedOutcome> kept, DataReport report, Path folder) {
        int files = (int) Math.max(1, Math.min(10_000, report.usefulTokens() / TOKENS_PER_FILE));
        JavaPairRDD<Place, Example> ordered =
                kept.mapToPair(row -> new Tuple2<>(row.place(), row.example())).sortByKey(true, files);
        JavaRDD<Row> rows = ordered.zipWithIndex()
                .map(numbered -> PreparedRows.toRow(
                        numbered._2(), numbered._1()._1(), numbered._1()._2()));
        session.createDataFrame(rows, PreparedRows.SCHEMA)
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(folder.toString());
    }
}

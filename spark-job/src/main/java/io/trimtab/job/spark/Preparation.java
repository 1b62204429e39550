package io.trimtab.job.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.trimtab.data.DataReport;
import io.trimtab.data.DataStatistics;
import io.trimtab.data.DataTally;
import io.trimtab.data.Example;
import io.trimtab.data.ExamplePreparer;
import io.trimtab.data.JsonLine;
import io.trimtab.data.MismatchPairing;
import io.trimtab.data.RejectedRows;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.TextSettings;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.chat.ChatTemplateFiles;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * The prepare job: reads a user's table, has every row checked, rendered and tokenised on the executors, and writes the prepared table,
 * the quarantine of rejected rows and the counts. A finished table of the same fingerprint is used as it is. Driver only.
 */
public final class Preparation {
    /** Changes whenever the same input would give another table. */
    private static final int FORMAT = 1;

    private static final long TOKENS_PER_FILE = 8L << 20;
    private static final String REPORT = "report";
    private static final StructType QUARANTINE = new StructType()
            .add("id", DataTypes.StringType, false)
            .add("reason", DataTypes.StringType, false)
            .add("detail", DataTypes.StringType, false);
    private static final ObjectMapper JSON = new ObjectMapper();

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
                + request.source().path());
        int maxPositions = tokenizer.maxPositions(new LocalFolders(hadoop, localDirectory));
        return SparkFailures.explained(() -> write(request, table, folder, maxPositions));
    }

    /** A template's path means something on this machine only. */
    private static TextSettings withTemplate(TextSettings text) {
        String setting = text.chatTemplate();
        return setting == null
                ? text
                : new TextSettings(
                        text.maxLength(), text.overLength(), text.appendEos(), ChatTemplateFiles.ofSetting(setting));
    }

    private static Fingerprint fingerprint(PreparationRequest request, Table table, TokenizerFiles tokenizer) {
        Fingerprint fingerprint = new Fingerprint()
                .with("format", FORMAT)
                .with("stage", request.stage())
                .with("files", table.identity())
                .with("columns", new TreeMap<>(request.source().columns()))
                .with("text", request.text())
                .with("tokenizer", tokenizer.identity());
        return request.stage() == TrainingStage.KTO ? fingerprint.with("seed", request.seed()) : fingerprint;
    }

    private PreparedTable write(PreparationRequest request, Table table, TableFolder folder, int maxPositions) {
        JavaRDD<PlacedOutcome> outcomes = outcomes(request, table, maxPositions).persist(StorageLevel.DISK_ONLY());
        try {
            DataReport report = report(outcomes);
            Path attempt = folder.attempt();
            Path quarantine = new Path(attempt, "quarantine");
            writeQuarantine(outcomes, quarantine);
            JavaRDD<PlacedOutcome> kept = outcomes.filter(row -> row.outcome() instanceof RowOutcome.Kept);
            if (request.stage() == TrainingStage.KTO) {
                int maxLength = Math.min(request.text().maxLength(), maxPositions);
                kept = paired(kept, report.kept(), request, maxLength).persist(StorageLevel.DISK_ONLY());
                report = report.plus(onlyNotes(report(kept)));
            }
            writeRows(kept, report, new Path(attempt, "rows"));
            long distinct =
                    kept.map(row -> row.example().fingerprint()).distinct().count();
            kept.unpersist();
            Map<String, Object> details = new LinkedHashMap<>();
            details.put(REPORT, JSON.convertValue(report, Map.class));
            details.put(PreparedTable.DUPLICATES, report.kept() - distinct);
            details.put(PreparedTable.QUARANTINE, quarantine.toString());
            return opened(folder, folder.commit(attempt, folder.list(attempt, "rows", ".parquet"), details));
        } finally {
            outcomes.unpersist();
        }
    }

    private PreparedTable opened(TableFolder folder, TableManifest manifest) {
        DataReport report = JSON.convertValue(manifest.details().get(REPORT), DataReport.class);
        return new PreparedTable(session, folder, manifest, report);
    }

    /** A row's outcome at its place; what Spark stores between the passes. */
    record PlacedOutcome(Place place, RowOutcome outcome) implements Serializable {
        Example example() {
            if (outcome instanceof RowOutcome.Kept kept) {
                return kept.example();
            }
            throw new IllegalStateException("Row " + outcome.id() + " was not kept");
        }
    }

    private JavaRDD<PlacedOutcome> outcomes(PreparationRequest request, Table table, int maxPositions) {
        LocalFolders.Settings folders = new LocalFolders.Settings(hadoop, localDirectory);
        return table.rows(request.stage()).mapPartitions(rows -> prepared(rows, request, folders, maxPositions));
    }

    private static Iterator<PlacedOutcome> prepared(
            Iterator<SourceRow> rows, PreparationRequest request, LocalFolders.Settings folders, int maxPositions) {
        ExamplePreparer preparer = ExamplePreparer.open(
                folders.open().withoutWeights(request.tokenizerFolder()),
                request.stage(),
                request.source().columns(),
                request.text(),
                maxPositions);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> preparer.close());
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public PlacedOutcome next() {
                SourceRow row = rows.next();
                return new PlacedOutcome(row.place(), outcome(row.line(), preparer));
            }
        };
    }

    private static RowOutcome outcome(JsonLine line, ExamplePreparer preparer) {
        if (line instanceof JsonLine.Row row) {
            return preparer.prepare(row.row());
        }
        if (line instanceof JsonLine.Bad bad) {
            return bad.rejection();
        }
        throw new IllegalStateException("A blank line is not a row");
    }

    /** Gives every KTO row its mismatched completion: rows of a bucket meet in one task. */
    private static JavaRDD<PlacedOutcome> paired(
            JavaRDD<PlacedOutcome> kept, long rows, PreparationRequest request, int maxLength) {
        int buckets = MismatchPairing.buckets(rows);
        long seed = request.seed();
        return kept.mapToPair(row ->
                        new Tuple2<>(MismatchPairing.bucket(seed, row.outcome().id(), buckets), row))
                .groupByKey(Math.min(buckets, Math.max(1, kept.getNumPartitions())))
                .flatMap(bucket -> pair(bucket._2(), seed, maxLength));
    }

    private static Iterator<PlacedOutcome> pair(Iterable<PlacedOutcome> bucket, long seed, int maxLength) {
        List<PlacedOutcome> rows = new ArrayList<>();
        bucket.forEach(rows::add);
        rows.sort(Comparator.comparing(PlacedOutcome::place));
        List<RowOutcome.Kept> paired =
                MismatchPairing.pair(rows.stream().map(PlacedOutcome::example).toList(), seed, maxLength);
        List<PlacedOutcome> placed = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            placed.add(new PlacedOutcome(rows.get(i).place(), paired.get(i)));
        }
        return placed.iterator();
    }

    private static DataReport report(JavaRDD<PlacedOutcome> outcomes) {
        return outcomes.mapPartitions(rows -> {
                    DataTally tally = new DataTally();
                    rows.forEachRemaining(row -> tally.add(row.outcome()));
                    return List.of(tally.report()).iterator();
                })
                .fold(DataReport.EMPTY, DataReport::plus);
    }

    /** The rows themselves are counted already. */
    private static DataReport onlyNotes(DataReport report) {
        return new DataReport(0, 0, 0, RejectedRows.NONE, report.notes(), 0, 0, 0, 0, DataStatistics.EMPTY);
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

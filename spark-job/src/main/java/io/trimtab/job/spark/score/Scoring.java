package io.trimtab.job.spark.score;

import io.trimtab.job.spark.cluster.RankResources;
import io.trimtab.job.spark.cluster.SparkFailures;
import io.trimtab.job.spark.cluster.StageProgress;
import io.trimtab.job.spark.files.Fingerprint;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.LocalFolders;
import io.trimtab.job.spark.files.ModelIdentity;
import io.trimtab.job.spark.files.TableFolder;
import io.trimtab.job.spark.files.TableManifest;
import io.trimtab.job.spark.prepare.PreparedTable;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.Precision;
import io.trimtab.model.engine.DeviceChoice;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * The score job: what the frozen reference thinks of every completion, computed once with training's own packing and precision. A finished
 * table of the same prepared rows, model and precision is used as it is, also another run's. Driver only.
 */
public final class Scoring {
    private static final int FORMAT = 1;

    /** Enough parts to show progress and to lose little with an executor. */
    private static final int TASKS_PER_RANK = 16;

    private final SparkSession session;
    private final HadoopSettings hadoop;
    private final Precision precision;
    private final DeviceChoice device;
    private final String tablesDirectory;
    private final @Nullable String localDirectory;
    private final int ranks;
    private final int threadsPerRank;
    private final int microBatchTokens;
    private final Consumer<String> progress;

    public Scoring(
            SparkSession session,
            HadoopSettings hadoop,
            Precision precision,
            DeviceChoice device,
            String tablesDirectory,
            @Nullable String localDirectory,
            int ranks,
            int threadsPerRank,
            int microBatchTokens,
            Consumer<String> progress) {
        this.session = session;
        this.hadoop = hadoop;
        this.precision = precision;
        this.device = device;
        this.tablesDirectory = tablesDirectory;
        this.localDirectory = localDirectory;
        this.ranks = ranks;
        this.threadsPerRank = threadsPerRank;
        this.microBatchTokens = microBatchTokens;
        this.progress = progress;
    }

    public ReferenceTable score(PreparedTable prepared, String modelFolder) {
        Fingerprint fingerprint = new Fingerprint()
                .with("format", FORMAT)
                .with("prepared", prepared.fingerprint())
                .with("model", ModelIdentity.of(hadoop, modelFolder))
                .with("precision", precision);
        TableFolder folder = new TableFolder(hadoop, tablesDirectory, "reference", fingerprint);
        Optional<TableManifest> finished = folder.manifest();
        if (finished.isPresent()) {
            progress.accept("reference log-probs are there already, " + folder.path());
            return new ReferenceTable(session, folder, finished.get());
        }
        progress.accept("scoring " + prepared.rows() + " rows with " + modelFolder);
        return SparkFailures.explained(() -> write(prepared, modelFolder, fingerprint.value(), folder));
    }

    @SuppressWarnings("try") // the progress is only opened and closed
    private ReferenceTable write(PreparedTable prepared, String modelFolder, String key, TableFolder folder) {
        RankResources resources = RankResources.of(session.sparkContext().getConf(), threadsPerRank);
        Scorer scorer = new Scorer(
                key,
                modelFolder,
                new LocalFolders.Settings(hadoop, localDirectory),
                PolicyOptions.inference(resources.threads()).withPrecision(precision),
                device,
                microBatchTokens);
        JavaRDD<Row> rows = scorer.score(
                        prepared.examples(), prepared.rows(), ranks * TASKS_PER_RANK, resources.profile())
                .map(scored -> ReferenceTable.toRow(scored.row(), scored.logProbs()));
        Path attempt = folder.attempt();
        try (StageProgress ignored = StageProgress.of(session, "scoring", progress)) {
            session.createDataFrame(rows, ReferenceTable.SCHEMA)
                    .write()
                    .mode(SaveMode.Overwrite)
                    .parquet(new Path(attempt, "rows").toString());
        }
        TableManifest manifest =
                folder.commit(attempt, folder.list(attempt, "rows", ".parquet"), Map.of("rows", prepared.rows()));
        return new ReferenceTable(session, folder, manifest);
    }
}

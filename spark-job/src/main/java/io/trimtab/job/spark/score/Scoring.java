package io.trimtab.job.spark.score;

import io.trimtab.job.config.TrimtabConfig;
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
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * The score job: what the frozen reference thinks of every completion, computed once with training's own packing and precision. A finished
 * table of the same prepared rows, model and precision is used as it is, also another run's. Driver only.
 */
public final class Scoring {
    /** 2: bf16 dithers weights and rounds logits by their distance from the target's. */
    private static final int FORMAT = 2;

    /** Enough parts to show progress and to lose little with an executor. */
    private static final int TASKS_PER_RANK = 16;

    private final SparkSession session;
    private final HadoopSettings hadoop;
    private final TrimtabConfig config;
    private final Consumer<String> progress;

    public Scoring(SparkSession session, HadoopSettings hadoop, TrimtabConfig config, Consumer<String> progress) {
        this.session = session;
        this.hadoop = hadoop;
        this.config = config;
        this.progress = progress;
    }

    public ReferenceTable score(PreparedTable prepared, String modelFolder) {
        Fingerprint fingerprint = new Fingerprint()
                .with("format", FORMAT)
                .with("prepared", prepared.fingerprint())
                .with("model", ModelIdentity.of(hadoop, modelFolder))
                .with("precision", config.model().precision());
        TableFolder folder = new TableFolder(hadoop, config.tablesDirectory(), "reference", fingerprint);
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
        RankResources resources = RankResources.of(
                session.sparkContext().getConf(), config.cluster().threadsPerRank());
        Scorer scorer = new Scorer(
                key,
                modelFolder,
                new LocalFolders.Settings(hadoop, config.cluster().localDirectory()),
                PolicyOptions.inference(resources.threads())
                        .withPrecision(config.model().precision()),
                config.model().device(),
                config.training().microBatchTokens());
        JavaRDD<Row> rows = scorer.score(
                        prepared.examples(),
                        prepared.rows(),
                        config.cluster().ranks() * TASKS_PER_RANK,
                        resources.profile())
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

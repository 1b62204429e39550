package io.trimtab.job.stages;

import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.DataSource;
import io.trimtab.job.checkpoint.CheckpointStore;
import io.trimtab.job.checkpoint.RunAttempt;
import io.trimtab.job.checkpoint.RunDirectory;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.spark.cluster.Cancellation;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.LocalFolders;
import io.trimtab.job.spark.prepare.PreparedTable;
import io.trimtab.job.spark.source.OpenTables;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/**
 * What the stages of one command work with.
 *
 * @param config with absolute paths
 * @param session opens Spark when a stage first needs it
 * @param opened tables that the command has found
 */
record Workplace(
        TrimtabConfig config,
        RunAttempt attempt,
        RunState state,
        HadoopSettings hadoop,
        Supplier<SparkSession> session,
        OpenTables opened,
        Cancellation cancellation,
        Console console) {

    RunDirectory directory() {
        return attempt.directory();
    }

    CheckpointStore checkpoints() {
        return new CheckpointStore(directory().storage(), directory().checkpoints());
    }

    LocalFolders folders() {
        return new LocalFolders(hadoop, config.cluster().localDirectory());
    }

    Tables tables() {
        return new Tables(config, config.tablesDirectory(), hadoop, session, opened, console);
    }

    /** Examples of a table, tokenised with the words of the run's model. */
    PreparedTable prepare(DataSource source, String key, TrainingStage stage) {
        return tables().prepare(source, key, stage);
    }
}

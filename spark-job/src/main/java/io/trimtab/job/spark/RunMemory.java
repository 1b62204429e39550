package io.trimtab.job.spark;

import io.trimtab.data.TrainingStage;
import io.trimtab.data.report.DataReport;
import io.trimtab.data.report.LengthHistogram;
import io.trimtab.job.config.ActivationCheckpointing;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.spark.cluster.TaskDevice;
import io.trimtab.job.spark.files.LocalFolders;
import io.trimtab.job.spark.files.ModelFolders;
import io.trimtab.job.spark.shards.ShardPlan;
import io.trimtab.job.train.LargestPass;
import io.trimtab.job.train.MemoryEstimate;
import io.trimtab.job.train.MemoryPlan;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.engine.Device;
import java.nio.file.Path;
import org.apache.spark.SparkConf;

/** What a run's settings, and then its data, mean for the memory of a rank. */
public final class RunMemory {
    /** Rows of the smallest pass that is worth training with. */
    private static final int LEAST_ROWS = 64;

    private final TrimtabConfig config;
    private final ModelArchitecture model;
    private final Device device;

    /** @param device where ranks are expected to compute */
    RunMemory(TrimtabConfig config, ModelArchitecture model, Device device) {
        this.config = config;
        this.model = model;
        this.device = device;
    }

    /** Reads the model's shape on the driver. */
    public static RunMemory of(TrimtabConfig config, LocalFolders folders, SparkConf conf) {
        String initialize = config.model().initialize();
        Path file = initialize == null
                ? folders.withoutWeights(ModelFolders.required(config.model().policy(), "model.policy"))
                        .resolve("config.json")
                : folders.withoutWeights(ModelFolders.words(config.model())).resolve(ModelFolders.name(initialize));
        return new RunMemory(
                config,
                ModelArchitecture.read(file),
                TaskDevice.expected(config.model().device(), conf));
    }

    /**
     * Before any row is read: with passes as full as the settings let them become.
     *
     * @param activationCheckpointing whatever the configuration says
     */
    MemoryEstimate upperBound(boolean activationCheckpointing) {
        long sequences = config.training().stage() == TrainingStage.DPO ? 2 : 1;
        int longest = Math.min(config.data().text().maxLength(), model.maxPositions());
        long step = sequences * longest * config.training().globalBatchSize();
        LargestPass pass = LargestPass.of(
                config.training().microBatchTokens(), step, 0, config.cluster().ranks(), 1, longest);
        return MemoryEstimate.of(
                model,
                options().withActivationCheckpointing(activationCheckpointing),
                config.merge(),
                config.cluster().ranks(),
                pass);
    }

    /** Refuses within seconds what no setting of the passes could fit into the memory. */
    void requireRoom(RankMemory memory) {
        plan(new LargestPass(LEAST_ROWS, LEAST_ROWS, LEAST_ROWS))
                .decide(setting(), memory::fits, memory.toString(), LEAST_ROWS);
    }

    /**
     * Once the rows are known.
     *
     * @param shards the run's steps
     * @param report of the prepared table
     * @throws io.trimtab.job.config.RefusedException where the run cannot fit, with the setting that would make it fit
     */
    public MemoryPlan.Decision decide(SparkConf conf, ShardPlan shards, DataReport report) {
        RankMemory memory = RankMemory.of(conf, config.cluster().ranks());
        LargestPass pass = LargestPass.of(
                config.training().microBatchTokens(),
                shards.stepTokens(),
                shards.rowTokens(),
                config.cluster().ranks(),
                predictedShare(report),
                report.longest());
        return plan(pass).decide(setting(), memory::fits, memory.toString(), shards.rowTokens());
    }

    /** What is not the prompt's. */
    private static double predictedShare(DataReport report) {
        LengthHistogram prompts = report.statistics().lengths().getOrDefault("prompt", LengthHistogram.EMPTY);
        long packed = report.statistics().packedTokens();
        return packed == 0 ? 1 : (double) (packed - prompts.sum()) / packed;
    }

    private MemoryPlan plan(LargestPass pass) {
        return new MemoryPlan(model, options(), config.merge(), config.cluster().ranks(), pass);
    }

    private PolicyOptions options() {
        return PolicyOptions.training(1)
                .withPrecision(config.model().precision())
                .on(device);
    }

    private ActivationCheckpointing setting() {
        return config.model().activationCheckpointing();
    }
}

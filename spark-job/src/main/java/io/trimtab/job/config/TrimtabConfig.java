package io.trimtab.job.config;

import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.model.loss.LossSettings;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Every setting of a run, checked; travels in Spark closures. What each key means stands in {@code reference.conf}.
 *
 * @param runId names this command in result.json; null: the command makes one
 * @param merge rule NONE for the stages pretrain and sft, which have no SFT delta
 */
public record TrimtabConfig(
        String runDirectory,
        @Nullable String runId,
        String tablesDirectory,
        ModelSettings model,
        DataSettings data,
        LossSettings loss,
        OptimizerSettings optimizer,
        MergeSettings merge,
        TrainingSettings training,
        ClusterSettings cluster,
        CheckpointSettings checkpoint,
        EvaluationSettings evaluation,
        MetricsSettings metrics)
        implements Serializable {}

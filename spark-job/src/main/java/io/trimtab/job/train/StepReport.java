package io.trimtab.job.train;

import io.trimtab.job.metrics.StepMetrics;
import io.trimtab.merge.UpdateReport;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one step did, the same on every rank but for the times.
 *
 * @param sums over all ranks, with the weights before the update
 * @param times of this rank
 * @param evaluation values by name, without the prefix; empty where no evaluation follows the step
 */
record StepReport(long step, StepSums sums, UpdateReport update, StepTimes times, Map<String, Double> evaluation) {

    private static final String LOSS = "loss";

    StepReport(long step, StepSums sums, UpdateReport update, StepTimes times) {
        this(step, sums, update, times, Map.of());
    }

    StepReport with(Map<String, Double> values) {
        return new StepReport(step, sums, update, times, values);
    }

    boolean stopRequested() {
        return sums.stopRequested();
    }

    /** Rank 0 found the time between two checkpoints over. */
    boolean saveAgreed() {
        return sums.saveAgreed();
    }

    /** The contract's names in the contract's order. */
    StepMetrics metrics() {
        Map<String, Double> losses = sums.losses().metrics();
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(LOSS, sums.losses().loss());
        values.put("grad_norm", update.gradientNorm());
        values.put("learning_rate", update.learningRate());
        losses.forEach(values::putIfAbsent);
        if (update.cumulativeAlpha() > 0) {
            values.put("merge/cumulative_alpha", update.cumulativeAlpha());
        }
        values.putAll(times.metrics());
        values.put("tokens_per_second", sums.losses().usefulTokens() / times.total());
        evaluation.forEach((name, value) -> values.put(StepMetrics.EVALUATION + name, value));
        return new StepMetrics(step, values);
    }
}

package io.trimtab.job.train;

import io.trimtab.job.config.DivergedException;
import io.trimtab.job.metrics.StepMetrics;
import io.trimtab.merge.UpdateReport;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one step did, the same on every rank but for the times.
 *
 * @param sums over all ranks, with the weights before the update
 * @param times of this rank
 * @param merged whether the stage starts from an SFT model, so that merging and the distance to it mean something
 * @param layered whether the line has the merge's figures of each layer: at evaluation steps
 * @param evaluation values by name, without the prefix; empty where no evaluation follows the step
 */
record StepReport(
        long step,
        StepSums sums,
        UpdateReport update,
        StepTimes times,
        boolean merged,
        boolean layered,
        Map<String, Double> evaluation) {

    private static final String LOSS = "loss";

    StepReport(long step, StepSums sums, UpdateReport update, StepTimes times, boolean merged) {
        this(step, sums, update, times, merged, false, Map.of());
    }

    StepReport with(Map<String, Double> values) {
        return new StepReport(step, sums, update, times, merged, true, values);
    }

    boolean stopRequested() {
        return sums.stopRequested();
    }

    /** Rank 0 found the time between two checkpoints over. */
    boolean saveAgreed() {
        return sums.saveAgreed();
    }

    /**
     * The contract's names in the contract's order.
     *
     * @throws DivergedException on every rank, where weights or held-out rows after the step give a figure that is no number
     */
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
        if (merged) {
            update.telemetry().values().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(figure -> values.put("merge/" + figure.getKey(), figure.getValue()));
        }
        values.putAll(times.metrics());
        values.put("tokens_per_second", sums.losses().usefulTokens() / times.total());
        evaluation.forEach((name, value) -> values.put(StepMetrics.EVALUATION + name, value));
        if (merged && layered) {
            layers(values);
        }
        values.forEach(this::requireFinite);
        return new StepMetrics(step, values);
    }

    private void requireFinite(String name, double value) {
        if (!Double.isFinite(value)) {
            throw new DivergedException("Training diverged in step " + step + ": " + name + " is " + value
                    + " after it, loss " + sums.losses().loss() + " before it. Lower optimizer.learning-rate");
        }
    }

    private void layers(Map<String, Double> values) {
        Map<String, Double> sorted = new TreeMap<>();
        update.telemetry()
                .layers()
                .forEach((layer, figures) ->
                        figures.forEach((name, value) -> sorted.put(StepMetrics.LAYERS + layer + "/" + name, value)));
        values.putAll(sorted);
    }
}

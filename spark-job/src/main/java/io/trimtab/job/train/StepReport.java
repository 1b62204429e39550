package io.trimtab.job.train;

import io.trimtab.job.metrics.StepMetrics;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one step did, the same on every rank but for the times.
 *
 * @param lossMetrics {@code loss} and the stage's own, over all ranks, with the weights before the update
 * @param gradientNorm before clipping
 * @param examples rows of the step over all ranks
 * @param tokens useful tokens of the step over all ranks
 * @param saveAgreed rank 0 found the time between checkpoints over
 * @param evaluation values by name, without the prefix; empty where the step is not followed by one
 */
record StepReport(
        long step,
        Map<String, Double> lossMetrics,
        double gradientNorm,
        double learningRate,
        Map<String, Double> mergeMetrics,
        long examples,
        long tokens,
        StepTimes times,
        boolean stopRequested,
        boolean saveAgreed,
        Map<String, Double> evaluation) {

    static final String LOSS = "loss";
    private static final String EVALUATION_PREFIX = "eval_";

    StepReport with(Map<String, Double> values) {
        return new StepReport(
                step,
                lossMetrics,
                gradientNorm,
                learningRate,
                mergeMetrics,
                examples,
                tokens,
                times,
                stopRequested,
                saveAgreed,
                values);
    }

    /** The contract's names in the contract's order. */
    StepMetrics metrics() {
        Map<String, Double> values = new LinkedHashMap<>();
        Double loss = lossMetrics.get(LOSS);
        if (loss != null) {
            values.put(LOSS, loss);
        }
        values.put("grad_norm", gradientNorm);
        values.put("learning_rate", learningRate);
        lossMetrics.forEach(values::putIfAbsent);
        values.putAll(mergeMetrics);
        values.put(StepMetrics.EXAMPLES, (double) examples);
        values.put(StepMetrics.TOKENS, (double) tokens);
        values.putAll(times.metrics());
        values.put("tokens_per_second", times.total() > 0 ? tokens / times.total() : 0.0);
        evaluation.forEach((name, value) -> values.put(EVALUATION_PREFIX + name, value));
        return new StepMetrics(step, values);
    }
}

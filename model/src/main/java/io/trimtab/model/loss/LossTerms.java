package io.trimtab.model.loss;

/**
 * What a micro-batch contributes to a step.
 *
 * @param logProbGradients d(sum of example losses) / d(log-prob of each completion), not divided by anything; owned by the caller
 */
public record LossTerms(LossSums sums, double[] logProbGradients) {}

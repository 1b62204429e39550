package io.trimtab.merge.rule;

import io.trimtab.merge.scope.TensorScopes;
import java.util.Optional;

/**
 * What one step can be expected to change, beside what a float weight can hold: a term below half an ulp of a weight is rounded away when it
 * is added, so a run whose terms all are trains nothing. Estimated at the peak learning rate, with AdamW's step taken as the learning rate.
 *
 * @param effectiveLearningRate mean |step| per entry, entries that a sparsifier drops counted as 0
 * @param delta |step| of an entry that the sparsifier keeps, in the tensor where it is largest
 * @param weightedTau mean of alpha |tau| over the entries it keeps, at the peak of alpha's schedule
 * @param medianWeight median of |weight| over all ranks
 * @param alpha weight of the SFT delta where it is largest, before any schedule; 0 where nothing is merged
 * @param visibleAlpha the same from which on half of its entries change their weight by themselves; 0 where it has none
 */
public record ExpectedChange(
        double effectiveLearningRate,
        double delta,
        double weightedTau,
        float medianWeight,
        double alpha,
        double visibleAlpha) {

    /** What a rule adds, before it is compared with a weight. */
    public record Size(double effectiveLearningRate, double delta, double weightedTau) {

        /**
         * Of a merging rule.
         *
         * @param rescaled whether survivors make up for what is dropped
         */
        static Size of(TensorScopes scopes, boolean rescaled, double learningRate, double weightedTau) {
            double mean = scopes.meanOverAll(scope -> (1.0 - scope.alpha()) * (rescaled ? 1.0 : scope.density()));
            double largest = scopes.largest(scope -> (1.0 - scope.alpha()) / (rescaled ? scope.density() : 1.0));
            return new Size(mean * learningRate, largest * learningRate, weightedTau);
        }

        /** With another share of the SFT delta. */
        public Size withTauTimes(double factor) {
            return new Size(effectiveLearningRate, delta, factor * weightedTau);
        }
    }

    public static ExpectedChange of(Size size, float medianWeight, double alpha, double visibleAlpha) {
        return new ExpectedChange(
                size.effectiveLearningRate(), size.delta(), size.weightedTau(), medianWeight, alpha, visibleAlpha);
    }

    /** The largest term that disappears when it is added to a weight of median size. */
    public double halfUlp() {
        return Math.ulp(medianWeight) / 2.0;
    }

    /** Whether both terms disappear at the median weight. */
    public boolean vanishes() {
        return delta <= halfUlp() && weightedTau <= halfUlp();
    }

    /** What to say of an SFT delta that is rounded away for the most part, with the alpha that would not be. */
    public Optional<String> warning() {
        if (alpha == 0.0 || alpha >= visibleAlpha) {
            return Optional.empty();
        }
        return Optional.of(
                ("merge.alpha %.3g is numerically without effect: for more than half of the SFT delta's entries alpha tau is"
                                + " below half an ulp of the weight it is added to; from merge.alpha = %.2g on half of them arrive%s")
                        .formatted(
                                alpha,
                                visibleAlpha,
                                visibleAlpha > 1.0
                                        ? ", which is beyond 1: the delta is too small for float weights"
                                        : ""));
    }

    /** One line for the start of a run. */
    public String banner() {
        return ("Effective learning rate %.3g; per step expected |delta| %.3g, |alpha tau| %.3g;"
                        + " half an ulp of the median |weight| (%.3g) is %.3g%s")
                .formatted(effectiveLearningRate, delta, weightedTau, medianWeight, halfUlp(), remark());
    }

    private String remark() {
        if (vanishes()) {
            return ": neither changes a weight";
        }
        if (weightedTau > 0.0 && weightedTau <= halfUlp()) {
            return ": the SFT delta is rounded away, merge.alpha is too small to matter";
        }
        return delta <= halfUlp() ? ": the step is rounded away, only the SFT delta moves the weights" : "";
    }
}

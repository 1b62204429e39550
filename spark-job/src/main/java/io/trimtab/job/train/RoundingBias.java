package io.trimtab.job.train;

import io.trimtab.model.Policy;
import io.trimtab.model.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What bfloat16 does to a policy's log-probs, seen at the rows of one step: how far sums over a completion are from those in 32 bits, and
 * how far from the reference table's. The second is the bias that a table made with other neighbours leaves, where the reference is the
 * policy itself.
 *
 * @param tokens that were predicted, of all completions
 * @param beside32Bits of log-prob minus unrounded log-prob, one per completion
 * @param besideReference of log-prob minus that of the table; absent where there is none
 */
record RoundingBias(int completions, long tokens, Spread beside32Bits, Optional<Spread> besideReference) {

    /** Mean and standard deviation. */
    record Spread(double mean, double deviation) {
        static Spread of(List<Double> values) {
            double mean = values.stream().mapToDouble(value -> value).average().orElse(0);
            double square = values.stream()
                    .mapToDouble(value -> (value - mean) * (value - mean))
                    .average()
                    .orElse(0);
            return new Spread(mean, Math.sqrt(square));
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "mean %+.4f, deviation %.4f", mean, deviation);
        }
    }

    /** Empty where nothing is rounded, or there are no rows. */
    static Optional<RoundingBias> of(Policy policy, StepBatch batch, int maxPackedTokens) {
        List<MicroBatch> micros = batch.trained(maxPackedTokens);
        if (policy.precision() != Precision.BF16 || micros.isEmpty()) {
            return Optional.empty();
        }
        List<Double> beside32Bits = new ArrayList<>();
        List<Double> besideReference = new ArrayList<>();
        long tokens = 0;
        for (MicroBatch micro : micros) {
            double[] rounded = policy.logProbs(micro.packed());
            double[] unrounded = policy.unroundedLogProbs(micro.packed());
            for (int c = 0; c < rounded.length; c++) {
                beside32Bits.add(rounded[c] - unrounded[c]);
                besideReference.add(rounded[c] - micro.references()[c]);
            }
            tokens += micro.packed().predictedTokens();
        }
        boolean referenced = batch.rowWithoutReference().isEmpty();
        return Optional.of(new RoundingBias(
                beside32Bits.size(),
                tokens,
                Spread.of(beside32Bits),
                referenced ? Optional.of(Spread.of(besideReference)) : Optional.empty()));
    }

    String line() {
        return "bf16 log-probs of " + completions + " completions, " + tokens + " tokens, beside fp32: " + beside32Bits
                + besideReference
                        .map(spread -> "; beside the reference table: " + spread)
                        .orElse("");
    }
}

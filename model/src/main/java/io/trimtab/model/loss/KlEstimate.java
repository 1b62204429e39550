package io.trimtab.model.loss;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.util.List;

/**
 * KTO's z0: the mean log-ratio of mismatched completions, at least 0 (KTO paper, section 4.1). Kept as sum and count so that it can be added
 * over micro-batches and ranks; clamped only in {@link #value()}, after the last addition.
 */
public record KlEstimate(double sum, double count) {

    /** No mismatched completion seen: value 0. */
    public static final KlEstimate NONE = new KlEstimate(0, 0);

    /** From {@link #toArray()}, summed over the ranks. */
    public static KlEstimate of(double[] sumAndCount) {
        return new KlEstimate(sumAndCount[0], sumAndCount[1]);
    }

    /** Over the mismatched completions of these examples; the arrays hold one entry per completion, as in {@link SequenceLoss#of}. */
    public static KlEstimate of(List<Example> examples, double[] logProbs, double[] referenceLogProbs) {
        Completions.requireOneEach(examples, logProbs.length, referenceLogProbs.length);
        double sum = 0;
        double count = 0;
        int at = 0;
        for (Example example : examples) {
            for (int i = 0; i < example.completions().size(); i++, at++) {
                if (example.completions().get(i).role() == CompletionRole.MISMATCHED) {
                    sum += logProbs[at] - referenceLogProbs[at];
                    count++;
                }
            }
        }
        return new KlEstimate(sum, count);
    }

    public KlEstimate plus(KlEstimate other) {
        return new KlEstimate(sum + other.sum, count + other.count);
    }

    public double[] toArray() {
        return new double[] {sum, count};
    }

    /** max(0, mean). */
    public double value() {
        return count == 0 ? 0 : Math.max(0, sum / count);
    }
}

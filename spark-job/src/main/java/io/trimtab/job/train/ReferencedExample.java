package io.trimtab.job.train;

import io.trimtab.data.Example;
import java.io.Serializable;
import java.util.Arrays;

/**
 * A training row: an example and what the frozen reference thinks of each of its completions. The array belongs to the record.
 * Travels between executors.
 *
 * @param referenceLogProbs one summed log-prob per completion, mismatched ones included; empty for SFT and pre-training
 */
public record ReferencedExample(Example example, double[] referenceLogProbs) implements Serializable {

    private static final double[] NONE = {};

    public ReferencedExample {
        int completions = example.completions().size();
        if (referenceLogProbs.length != 0 && referenceLogProbs.length != completions) {
            throw new IllegalArgumentException("Row " + example.id() + " has " + completions + " completions, but "
                    + referenceLogProbs.length + " reference log-probs");
        }
    }

    public static ReferencedExample withoutReference(Example example) {
        return new ReferencedExample(example, NONE);
    }

    public boolean hasReference() {
        return referenceLogProbs.length > 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ReferencedExample that
                && example.equals(that.example)
                && Arrays.equals(referenceLogProbs, that.referenceLogProbs);
    }

    @Override
    public int hashCode() {
        return 31 * example.hashCode() + Arrays.hashCode(referenceLogProbs);
    }

    @Override
    public String toString() {
        return "ReferencedExample(" + example + ")";
    }
}

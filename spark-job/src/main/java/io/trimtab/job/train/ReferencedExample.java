package io.trimtab.job.train;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

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

    /** This row with those of its completions whose role passes; empty if none does. */
    Optional<ReferencedExample> only(Predicate<CompletionRole> roles) {
        List<Completion> completions = example.completions();
        double[] kept = new double[referenceLogProbs.length];
        int count = 0;
        int keptLogProbs = 0;
        for (int i = 0; i < completions.size(); i++) {
            if (roles.test(completions.get(i).role())) {
                count++;
                if (hasReference()) {
                    kept[keptLogProbs++] = referenceLogProbs[i];
                }
            }
        }
        return count == 0
                ? Optional.empty()
                : Optional.of(new ReferencedExample(example.only(roles), Arrays.copyOf(kept, keptLogProbs)));
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

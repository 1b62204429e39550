package io.trimtab.model.loss;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.util.List;

/** A list of examples whose completions stand one behind the other in arrays with one entry per completion. */
final class Completions {

    private Completions() {}

    /** What one example adds to a batch's loss. */
    interface ExampleLoss {

        /**
         * Adds loss, denominator and figures to the sums, and sets d loss / d log-prob of its completions.
         *
         * @param first place of its first completion in the arrays
         */
        void add(Example example, int first, LossSums.Builder sums, double[] gradients);
    }

    /**
     * Goes through the examples in their order; examples and useful tokens are counted here.
     *
     * @param lengths of the arrays that the loss reads, that of the log-probs first
     */
    static LossTerms sum(List<Example> examples, ExampleLoss loss, int... lengths) {
        requireOneEach(examples, lengths);
        LossSums.Builder sums = new LossSums.Builder();
        double[] gradients = new double[lengths[0]];
        int first = 0;
        for (Example example : examples) {
            sums.add(LossSums.Slot.EXAMPLES, 1);
            sums.add(LossSums.Slot.USEFUL_TOKENS, example.usefulTokens());
            loss.add(example, first, sums, gradients);
            first += example.completions().size();
        }
        return new LossTerms(sums.build(), gradients);
    }

    static void requireOneEach(List<Example> examples, int... lengths) {
        int expected = 0;
        for (Example example : examples) {
            expected += example.completions().size();
        }
        for (int length : lengths) {
            if (length != expected) {
                throw new IllegalArgumentException(
                        "The examples have " + expected + " completions, but an array has " + length + " entries");
            }
        }
    }

    /** Position inside the example of its only completion with that role. */
    static int only(Example example, CompletionRole role) {
        int found = -1;
        for (int i = 0; i < example.completions().size(); i++) {
            if (example.completions().get(i).role() == role) {
                if (found >= 0) {
                    throw new IllegalArgumentException("Row " + example.id() + " has two completions " + role);
                }
                found = i;
            }
        }
        if (found < 0) {
            throw new IllegalArgumentException("Row " + example.id() + " has no completion " + role);
        }
        return found;
    }
}

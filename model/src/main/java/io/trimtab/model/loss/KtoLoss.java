package io.trimtab.model.loss;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.util.List;

/**
 * KTO's loss (arXiv 2402.01306, equation 8) for the log-ratio r: desirable w (1 - sigma(beta (r - z0))), undesirable w (1 - sigma(beta (z0 -
 * r))). z0 is a constant. Per example; the step divides by the number of examples, whatever their weights.
 */
record KtoLoss(double beta, double desirableWeight, double undesirableWeight) implements SequenceLoss {

    @Override
    public boolean needsKlEstimate() {
        return true;
    }

    @Override
    public boolean needsReference() {
        return true;
    }

    @Override
    public LossTerms of(
            List<Example> examples,
            double[] logProbs,
            double[] referenceLogProbs,
            int[] tokenCounts,
            double klEstimate) {
        Completions.ExampleLoss labelled = (example, first, sums, gradients) -> {
            int found = 0;
            for (int i = 0; i < example.completions().size(); i++) {
                Completion completion = example.completions().get(i);
                if (completion.role() != CompletionRole.MISMATCHED) {
                    int at = first + i;
                    double logRatio = logProbs[at] - referenceLogProbs[at];
                    gradients[at] = add(sums, completion.role(), example.id(), logProbs[at], logRatio, klEstimate);
                    found++;
                }
            }
            requireOne(example, found);
            sums.add(LossSums.Slot.DENOMINATOR, 1);
            sums.add(LossSums.Slot.KL, klEstimate);
            sums.add(LossSums.Slot.KL_COUNT, 1);
        };
        return Completions.sum(examples, labelled, logProbs.length, referenceLogProbs.length);
    }

    private static void requireOne(Example example, int labelled) {
        if (labelled != 1) {
            throw new IllegalArgumentException("Row " + example.id()
                    + " cannot train with loss kto, it needs one labelled completion and has " + labelled);
        }
    }

    /** Adds one labelled completion; returns d loss / d log-prob. */
    private double add(
            LossSums.Builder sums, CompletionRole role, String id, double logProb, double logRatio, double klEstimate) {
        double surplus = beta * (logRatio - klEstimate);
        switch (role) {
            case DESIRABLE -> {
                sums.add(LossSums.Slot.LOSS, desirableWeight * Logistic.sigmoid(-surplus));
                sums.addChosen(beta * logRatio, logProb);
                return -desirableWeight * beta * Logistic.sigmoid(surplus) * Logistic.sigmoid(-surplus);
            }
            case UNDESIRABLE -> {
                sums.add(LossSums.Slot.LOSS, undesirableWeight * Logistic.sigmoid(surplus));
                sums.addRejected(beta * logRatio, logProb);
                return undesirableWeight * beta * Logistic.sigmoid(surplus) * Logistic.sigmoid(-surplus);
            }
            case CHOSEN, REJECTED, MISMATCHED, TARGET ->
                throw new IllegalArgumentException(
                        "Row " + id + " cannot train with loss kto, a completion is " + role);
        }
        throw new AssertionError(role);
    }
}

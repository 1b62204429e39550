package io.trimtab.model.loss;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.util.List;

/**
 * DPO's loss (arXiv 2305.18290, equation 7) with the label smoothing of cDPO: -(1-e) log sigma(beta h) - e log sigma(-beta h), where h is the
 * log-ratio of the chosen completion minus that of the rejected one. Per pair; the step divides by the number of pairs.
 */
record SigmoidLoss(double beta, double labelSmoothing) implements SequenceLoss {

    @Override
    public boolean needsKlEstimate() {
        return false;
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
        Completions.ExampleLoss pair = (example, first, sums, gradients) -> {
            int chosen = first + Completions.only(example, CompletionRole.CHOSEN);
            int rejected = first + Completions.only(example, CompletionRole.REJECTED);
            double chosenReward = beta * (logProbs[chosen] - referenceLogProbs[chosen]);
            double rejectedReward = beta * (logProbs[rejected] - referenceLogProbs[rejected]);
            double margin = chosenReward - rejectedReward;
            sums.add(LossSums.Slot.LOSS, loss(margin));
            sums.add(LossSums.Slot.DENOMINATOR, 1);
            sums.addChosen(chosenReward, logProbs[chosen]);
            sums.addRejected(rejectedReward, logProbs[rejected]);
            sums.add(LossSums.Slot.PAIRS, 1);
            sums.add(LossSums.Slot.ACCURATE_PAIRS, chosenReward > rejectedReward ? 1 : 0);
            gradients[chosen] = beta * slope(margin);
            gradients[rejected] = -gradients[chosen];
        };
        return Completions.sum(examples, pair, logProbs.length, referenceLogProbs.length);
    }

    private double loss(double margin) {
        double asLabelled = (1 - labelSmoothing) * Logistic.softplus(-margin);
        // Not 0 times infinity where there is no smoothing.
        return labelSmoothing == 0 ? asLabelled : asLabelled + labelSmoothing * Logistic.softplus(margin);
    }

    /** d loss / d margin. */
    private double slope(double margin) {
        return labelSmoothing * Logistic.sigmoid(margin) - (1 - labelSmoothing) * Logistic.sigmoid(-margin);
    }
}

package io.trimtab.model.loss;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.util.List;

/**
 * Cross-entropy of the target tokens, the loss of SFT and pre-training. The step divides by the trained tokens of the whole batch, so a long
 * answer weighs more than a short one, as in TRL.
 */
record TokenMeanLoss() implements SequenceLoss {

    @Override
    public boolean needsKlEstimate() {
        return false;
    }

    @Override
    public boolean needsReference() {
        return false;
    }

    @Override
    public LossTerms of(
            List<Example> examples,
            double[] logProbs,
            double[] referenceLogProbs,
            int[] tokenCounts,
            double klEstimate) {
        Completions.ExampleLoss answer = (example, first, sums, gradients) -> {
            int target = first + Completions.only(example, CompletionRole.TARGET);
            sums.add(LossSums.Slot.LOSS, -logProbs[target]);
            sums.add(LossSums.Slot.DENOMINATOR, tokenCounts[target]);
            gradients[target] = -1;
        };
        return Completions.sum(examples, answer, logProbs.length, tokenCounts.length);
    }
}

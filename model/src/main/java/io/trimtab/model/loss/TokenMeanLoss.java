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
        Completions.requireOneEach(examples, logProbs.length, tokenCounts.length);
        LossSums.Builder sums = new LossSums.Builder();
        double[] gradients = new double[logProbs.length];
        int first = 0;
        for (Example example : examples) {
            int target = first + Completions.only(example, CompletionRole.TARGET);
            sums.add(LossSums.Slot.LOSS, -logProbs[target]);
            sums.add(LossSums.Slot.DENOMINATOR, tokenCounts[target]);
            sums.add(LossSums.Slot.EXAMPLES, 1);
            sums.add(LossSums.Slot.USEFUL_TOKENS, example.usefulTokens());
            gradients[target] = -1;
            first += example.completions().size();
        }
        return new LossTerms(sums.build(), gradients);
    }
}

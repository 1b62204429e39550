package io.trimtab.model.loss;

import io.trimtab.data.Example;
import java.util.List;

/**
 * A loss over the log-probs of whole completions. Pure functions: the same arguments give the same bits, and the order of examples is the
 * order of addition.
 */
public sealed interface SequenceLoss permits SigmoidLoss, KtoLoss, TokenMeanLoss {

    /** The names that {@link #of} knows. */
    List<String> NAMES = List.of("sigmoid", "kto", "sft");

    /** Whether every step first needs the log-ratios of mismatched completions, reduced over all ranks to a {@link KlEstimate}. */
    boolean needsKlEstimate();

    /** Whether reference log-probs are used; without it the array may hold anything of the right length. */
    boolean needsReference();

    /**
     * Sums and derivatives of one micro-batch. The arrays hold one entry per completion, examples in order and each example's completions
     * in order; a mismatched completion may be among them, has no part in the sums and gets derivative 0.
     *
     * @param logProbs summed log-prob of each completion under the policy
     * @param referenceLogProbs the same under the frozen reference
     * @param tokenCounts how many tokens each sum runs over
     * @param klEstimate z0, a constant here: no gradient flows through it
     */
    LossTerms of(
            List<Example> examples,
            double[] logProbs,
            double[] referenceLogProbs,
            int[] tokenCounts,
            double klEstimate);

    /**
     * The loss of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    static SequenceLoss of(LossSettings settings) {
        return switch (settings.name()) {
            case "sigmoid" -> new SigmoidLoss(settings.beta(), settings.labelSmoothing());
            case "kto" -> new KtoLoss(settings.beta(), settings.desirableWeight(), settings.undesirableWeight());
            case "sft" -> new TokenMeanLoss();
            default -> throw new IllegalArgumentException("loss.name is not one of " + NAMES + ": " + settings.name());
        };
    }
}

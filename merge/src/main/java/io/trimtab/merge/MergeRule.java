package io.trimtab.merge;

import io.trimtab.merge.shard.Shard;

/**
 * How AdamW's step becomes the change of the weights: {@code theta(t+1) = theta(t) + (1 - alpha) F(delta) (+) alpha F(tau)} (arXiv 2405.17931,
 * equation 2, with F a sparsifier, (+) a consensus and tau the SFT delta). A rule owns the place of the weight decay. Further rules stand beside
 * these; one that masks gradients before the moments, or averages weights after the step, brings its own call in {@link MergedUpdate#apply}.
 */
sealed interface MergeRule permits PlainAdamW, OnDare, OnTies {

    /** The form of AdamW the rule was published with. */
    AdamW.Form form();

    /**
     * Moves the weights of this shard.
     *
     * @param delta AdamW's step; used up
     * @param decay learning rate times weight decay
     */
    void apply(Shard weights, Shard delta, long step, double decay);

    /** What one step is expected to add where it adds anything, before it meets a weight. */
    ExpectedChange.Size expectedSize(double learningRate);
}

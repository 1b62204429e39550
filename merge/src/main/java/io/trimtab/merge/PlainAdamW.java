package io.trimtab.merge;

import io.trimtab.merge.shard.Shard;

/** No merging: {@code theta = theta + delta}; with the decay before it and epsilon beside the corrected root, torch.optim.AdamW. */
final class PlainAdamW implements MergeRule {

    @Override
    public void merge(Shard weights, Shard delta, long step) {
        weights.add(delta);
    }

    @Override
    public ExpectedChange.Size expectedSize(double learningRate) {
        return new ExpectedChange.Size(learningRate, learningRate, 0.0);
    }
}

package io.trimtab.merge;

import io.trimtab.merge.shard.Shard;

/** No merging: {@code theta = theta - lr wd theta; theta = theta + delta}, torch.optim.AdamW with the decay first. */
final class PlainAdamW implements MergeRule {

    @Override
    public AdamW.Form form() {
        return AdamW.Form.TORCH;
    }

    @Override
    public void apply(Shard weights, Shard delta, long step, double decay) {
        weights.decay(decay);
        weights.add(delta);
    }

    @Override
    public ExpectedChange.Size expectedSize(double learningRate) {
        return new ExpectedChange.Size(learningRate, learningRate, 0.0);
    }
}

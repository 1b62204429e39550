package io.trimtab.merge.rule;

import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;

/** No merging: {@code theta = theta + delta}; with the decay before it and epsilon beside the corrected root, torch.optim.AdamW. */
final class PlainAdamW implements MergeRule {

    @Override
    public void merge(Shard weights, Delta delta, long step) {
        delta.forEachPart(weights, part -> {
            for (TensorPart tile : part.tiles()) {
                delta.addTo(weights, tile);
            }
        });
    }

    @Override
    public ExpectedChange.Size expectedSize(double learningRate) {
        return new ExpectedChange.Size(learningRate, learningRate, 0.0);
    }
}

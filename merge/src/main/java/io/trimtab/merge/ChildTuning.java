package io.trimtab.merge;

import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.sparsify.RandomMasks;

/**
 * ChildTuning-F (arXiv 2109.05687): the gradient keeps each entry with probability density, divided by it, with a fresh mask in every step and before it
 * enters the moments; then plain AdamW. OnDARE with alpha = 0 masks the step instead and leaves the moments dense.
 */
final class ChildTuning implements MergeRule {

    private final RandomMasks sparsifier;

    ChildTuning(MergeSettings settings, TensorScopes scopes) {
        this.sparsifier = new RandomMasks(scopes::density, true, settings.seed());
    }

    @Override
    public double onGradient(Shard gradient, double clip, long step) {
        gradient.scale(clip);
        sparsifier.apply(gradient, step);
        return 1.0;
    }

    @Override
    public void merge(Shard weights, Shard delta, long step) {
        weights.add(delta);
    }

    @Override
    public ExpectedChange.Size expectedSize(double learningRate) {
        return new ExpectedChange.Size(learningRate, learningRate, 0.0);
    }
}

package io.trimtab.merge.rule;

import io.trimtab.merge.scope.TensorScopes;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.sparsify.RandomMasks;

/**
 * ChildTuning-F (arXiv 2109.05687): the gradient keeps each entry with probability density, divided by it, with a fresh mask in every step and before it
 * enters the moments; then plain AdamW. OnDARE with alpha = 0 masks the step instead and leaves the moments dense.
 */
final class ChildTuning implements MergeRule {

    private final PlainAdamW training = new PlainAdamW();
    private final RandomMasks sparsifier;

    ChildTuning(MergeSettings settings, TensorScopes scopes) {
        this.sparsifier = new RandomMasks(scopes::density, true, settings.seed());
    }

    @Override
    public Averaging onGradient(Shard gradient, Averaging averaging, long step) {
        gradient.divide(averaging.divisor());
        gradient.scale(averaging.factor());
        sparsifier.apply(gradient, step);
        return Averaging.DONE;
    }

    @Override
    public void merge(Shard weights, Delta delta, long step) {
        training.merge(weights, delta, step);
    }

    @Override
    public ExpectedChange.Size expectedSize(double learningRate) {
        return training.expectedSize(learningRate);
    }
}

package io.trimtab.merge;

import io.trimtab.merge.consensus.WeightedSum;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.sparsify.KeepRandom;
import io.trimtab.merge.sparsify.Rescale;
import io.trimtab.merge.sparsify.TensorNorms;

/**
 * OnDARE: {@code theta += (1 - alpha) F_rand(delta) + alpha F_rand(tau)} (arXiv 2405.17931, equation 3; F_rand: equation 4). Paper: survivors as they
 * are. Released: times 1/density; with its rescaling on, each tensor's L1 norm is restored after that and every entry cut to +-1.
 */
final class OnDare implements MergeRule {

    private final MergeSettings settings;
    private final KeepRandom sparsifier;
    private final TensorNorms norms;
    private final SftDelta tau;
    private final WeightedSum consensus;

    OnDare(MergeSettings settings, TensorNorms norms, SftDelta tau) {
        this.settings = settings;
        this.sparsifier = KeepRandom.of(settings.density(), isInverse(settings), settings.seed());
        this.norms = norms;
        this.tau = tau;
        this.consensus = new WeightedSum(settings.alpha());
    }

    /** Whether survivors, of delta and tau, are divided by the density. */
    static boolean isInverse(MergeSettings settings) {
        return settings.switches().rescale() != Rescale.NONE;
    }

    @Override
    public void merge(Shard weights, Shard delta, long step) {
        if (settings.switches().rescale() == Rescale.L1) {
            double[] before = norms.of(delta);
            sparsifier.apply(delta, step);
            norms.restore(delta, before);
            delta.clamp((float) MergeSwitches.RELEASED_CLIP);
        } else {
            sparsifier.apply(delta, step);
        }
        consensus.addTo(weights, delta, tau.at(step));
    }

    @Override
    public Shard tau() {
        return tau.last();
    }

    @Override
    public float tauTerm(float entry, float delta) {
        return consensus.tauTerm(entry, delta);
    }

    @Override
    public float deltaTerm(float entry, float delta) {
        return consensus.deltaTerm(entry, delta);
    }

    @Override
    public long merges(long steps) {
        return steps;
    }

    @Override
    public ExpectedChange.Size expectedSize(double learningRate) {
        double merged = (1.0 - settings.alpha()) * learningRate;
        double tauSize = settings.alpha() * tau.meanMagnitude();
        return isInverse(settings)
                ? new ExpectedChange.Size(merged, merged / settings.density(), tauSize)
                : new ExpectedChange.Size(settings.density() * merged, merged, tauSize);
    }
}

package io.trimtab.merge;

import io.trimtab.merge.consensus.WeightedSum;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.sparsify.KeepRandom;

/**
 * OnDARE: {@code theta += (1 - alpha) F_rand(delta) + alpha F_rand(tau)} (arXiv 2405.17931, equation 3; F_rand: equation 4), decay last. Released:
 * survivors times 1/density. Paper: survivors as they are.
 */
final class OnDare implements MergeRule {

    private final MergeSettings settings;
    private final KeepRandom sparsifier;
    private final SftDelta tau;
    private final WeightedSum consensus;

    OnDare(MergeSettings settings, SftDelta tau) {
        this.settings = settings;
        this.sparsifier =
                KeepRandom.of(settings.density(), settings.semantics() == Semantics.RELEASED, settings.seed());
        this.tau = tau;
        this.consensus = new WeightedSum(settings.alpha());
    }

    @Override
    public AdamW.Form form() {
        return AdamW.Form.HUGGING_FACE;
    }

    @Override
    public void apply(Shard weights, Shard delta, long step, double decay) {
        sparsifier.apply(delta, step);
        consensus.addTo(weights, delta, tau.at(step));
        weights.decay(decay);
    }

    @Override
    public ExpectedChange.Size expectedSize(double learningRate) {
        double merged = (1.0 - settings.alpha()) * learningRate;
        double tauSize = settings.alpha() * tau.meanMagnitude();
        return switch (settings.semantics()) {
            case RELEASED -> new ExpectedChange.Size(merged, merged / settings.density(), tauSize);
            case PAPER -> new ExpectedChange.Size(settings.density() * merged, merged, tauSize);
        };
    }
}

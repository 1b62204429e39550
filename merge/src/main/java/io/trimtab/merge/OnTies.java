package io.trimtab.merge;

import io.trimtab.merge.consensus.SignVote;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.sparsify.KeepLargest;

/**
 * OnTIES: {@code theta += (1 - alpha) F_top(delta) (+)sign alpha F_top(tau)} (arXiv 2405.17931, equation 5; F_top: equation 6, per tensor), decay
 * last. Released: the signs of unweighted tau and delta vote. Paper: those of the weighted terms (equation 7).
 */
final class OnTies implements MergeRule {

    private final MergeSettings settings;
    private final KeepLargest sparsifier;
    private final SftDelta tau;
    private final SignVote consensus;

    OnTies(MergeSettings settings, KeepLargest sparsifier, SftDelta tau) {
        this.settings = settings;
        this.sparsifier = sparsifier;
        this.tau = tau;
        this.consensus = new SignVote(settings.alpha(), settings.semantics() == Semantics.PAPER);
    }

    @Override
    public AdamW.Form form() {
        return AdamW.Form.HUGGING_FACE;
    }

    @Override
    public void apply(Shard weights, Shard delta, long step, double decay) {
        sparsifier.apply(delta);
        consensus.addTo(weights, delta, tau.at(step));
        weights.decay(decay);
    }

    @Override
    public ExpectedChange.Size expectedSize(double learningRate) {
        double merged = (1.0 - settings.alpha()) * learningRate;
        return new ExpectedChange.Size(settings.density() * merged, merged, settings.alpha() * tau.meanMagnitude());
    }
}

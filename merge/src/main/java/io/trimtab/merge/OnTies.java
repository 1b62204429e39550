package io.trimtab.merge;

import io.trimtab.merge.consensus.SignVote;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.sparsify.Rescale;

/**
 * OnTIES: {@code theta += (1 - alpha) F_top(delta) (+)sign alpha F_top(tau)} (arXiv 2405.17931, equation 5; F_top: equation 6, per tensor). Released: the
 * signs of unweighted tau and delta vote. Paper: those of the weighted terms (equation 7).
 */
final class OnTies implements MergeRule {

    private final MergeSettings settings;
    private final LargestEntries sparsifier;
    private final SftDelta tau;
    private final SignVote consensus;

    OnTies(MergeSettings settings, LargestEntries sparsifier, SftDelta tau) {
        this.settings = settings;
        this.sparsifier = sparsifier;
        this.tau = tau;
        this.consensus = new SignVote(settings.alpha(), settings.switches().vote() == Vote.WEIGHTED);
    }

    @Override
    public void merge(Shard weights, Shard delta, long step) {
        sparsifier.apply(delta);
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
        return settings.switches().rescale() == Rescale.L1
                ? new ExpectedChange.Size(merged, merged / settings.density(), tauSize)
                : new ExpectedChange.Size(settings.density() * merged, merged, tauSize);
    }
}

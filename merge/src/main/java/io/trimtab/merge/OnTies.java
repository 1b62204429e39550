package io.trimtab.merge;

import io.trimtab.merge.consensus.Consensus;
import io.trimtab.merge.consensus.SignVote;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.sparsify.Rescale;

/**
 * OnTIES: {@code theta += (1 - alpha) F_top(delta) (+)sign alpha F_top(tau)} (arXiv 2405.17931, equation 5; F_top: equation 6, per tensor). Released: the
 * signs of unweighted tau and delta vote. Paper: those of the weighted terms (equation 7).
 */
final class OnTies implements MergeRule {

    private final MergeSettings settings;
    private final TensorScopes scopes;
    private final LargestEntries sparsifier;
    private final SftDelta tau;
    private final TensorConsensus consensus;

    /** @param alpha the factor of alpha at every step */
    OnTies(
            MergeSettings settings,
            TensorScopes scopes,
            LearningRateSchedule alpha,
            LargestEntries sparsifier,
            SftDelta tau) {
        this.settings = settings;
        this.scopes = scopes;
        this.sparsifier = sparsifier;
        this.tau = tau;
        boolean weighted = settings.switches().vote() == Vote.WEIGHTED;
        this.consensus = new TensorConsensus(scopes, alpha, ofTensor -> new SignVote(ofTensor, weighted));
    }

    @Override
    public void merge(Shard weights, Shard delta, long step) {
        sparsifier.apply(delta);
        consensus.addTo(weights, delta, tau.at(step), step);
    }

    @Override
    public Shard tau() {
        return tau.last();
    }

    @Override
    public Consensus consensus(int tensor, long step) {
        return consensus.of(tensor, step);
    }

    @Override
    public boolean mergesAt(long step) {
        return true;
    }

    @Override
    public ExpectedChange.Size expectedSize(double learningRate) {
        boolean rescaled = settings.switches().rescale() == Rescale.L1;
        return ExpectedChange.Size.of(scopes, rescaled, learningRate, tau.meanTerm());
    }
}

package io.trimtab.merge.rule;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.consensus.SignVote;
import io.trimtab.merge.scope.TensorScopes;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.Vote;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.sparsify.KeepLargest;
import io.trimtab.merge.sparsify.Rescale;
import org.jspecify.annotations.Nullable;

/**
 * OnTIES: {@code theta += (1 - alpha) F_top(delta) (+)sign alpha F_top(tau)} (arXiv 2405.17931, equation 5; F_top: equation 6, per tensor). Released: the
 * signs of unweighted tau and delta vote. Paper: those of the weighted terms (equation 7).
 */
final class OnTies implements MergeRule {

    private final MergeSettings settings;
    private final TensorScopes scopes;
    private final LargestEntries sparsifier;
    private final TensorConsensus consensus;

    /** The last step, of which the largest entries were merged. */
    private @Nullable Shard settled;

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
        boolean weighted = settings.switches().vote() == Vote.WEIGHTED;
        this.consensus = new TensorConsensus(scopes, alpha, tau, ofTensor -> new SignVote(ofTensor, weighted));
    }

    @Override
    public void merge(Shard weights, Delta delta, long step) {
        settled = sparsifier.settle(
                delta,
                weights,
                part -> consensus.addTo(weights, part, delta.values(), step, sparsifier.smallest(part.tensor())));
    }

    @Override
    public void sparsified(TensorPart piece, float[] values, long step) {
        requireNonNull(settled).read(piece, values, 0);
        KeepLargest.keepFrom(values, 0, piece.length(), sparsifier.smallest(piece.tensor()));
    }

    @Override
    public TensorConsensus consensus() {
        return consensus;
    }

    @Override
    public ExpectedChange.Size expectedSize(double learningRate) {
        boolean rescaled = settings.switches().rescale() == Rescale.L1;
        return ExpectedChange.Size.of(
                scopes, rescaled, learningRate, consensus.tau().meanTerm());
    }
}

package io.trimtab.merge.rule;

import io.trimtab.merge.consensus.Consensus;
import io.trimtab.merge.consensus.WeightedSum;
import io.trimtab.merge.scope.TensorScopes;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.MergeSwitches;
import io.trimtab.merge.shard.Entries;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.sparsify.RandomMasks;
import io.trimtab.merge.sparsify.Rescale;
import io.trimtab.merge.sparsify.TensorNorms;
import org.jspecify.annotations.Nullable;

/**
 * OnDARE: {@code theta += (1 - alpha) F_rand(delta) + alpha F_rand(tau)} (arXiv 2405.17931, equation 3; F_rand: equation 4). Paper: survivors as they
 * are. Released: times 1/density; with its rescaling on, each tensor's L1 norm is restored after that and every entry cut to +-1.
 */
final class OnDare implements MergeRule {

    private final MergeSettings settings;
    private final TensorScopes scopes;
    private final RandomMasks sparsifier;
    private final TensorNorms norms;
    private final TensorConsensus consensus;
    private final ThreadLocal<Entries> buffers = ThreadLocal.withInitial(Entries::new);

    /** The last step as it was added, where norms were restored. */
    private @Nullable Shard whole;

    /** @param alpha the factor of alpha at every step */
    OnDare(MergeSettings settings, TensorScopes scopes, LearningRateSchedule alpha, TensorNorms norms, SftDelta tau) {
        this.settings = settings;
        this.scopes = scopes;
        this.sparsifier = new RandomMasks(scopes::density, isInverse(settings), settings.seed());
        this.norms = norms;
        this.consensus = new TensorConsensus(scopes, alpha, tau, WeightedSum::new);
    }

    /** Whether survivors, of delta and tau, are divided by the density. */
    static boolean isInverse(MergeSettings settings) {
        return settings.switches().rescale() != Rescale.NONE;
    }

    @Override
    public void merge(Shard weights, Delta delta, long step) {
        if (restoresNorms()) {
            Shard restored = withNorms(delta.whole(), step);
            delta.forEachPart(weights, part -> consensus.addTo(weights, part, restored, step, 0));
            return;
        }
        delta.forEachPart(weights, part -> {
            if (scopes.merged(part.tensor())) {
                mergeFew(weights, part, delta, step);
            } else {
                for (TensorPart tile : part.tiles()) {
                    delta.addTo(weights, tile);
                }
            }
        });
    }

    private boolean restoresNorms() {
        return settings.switches().rescale() == Rescale.L1;
    }

    private Shard withNorms(Shard delta, long step) {
        double[] before = norms.of(delta);
        sparsifier.apply(delta, step);
        norms.restore(delta, before);
        for (TensorPart part : delta.layout().parts()) {
            if (scopes.merged(part.tensor())) {
                delta.clamp(part, (float) MergeSwitches.RELEASED_CLIP);
            }
        }
        whole = delta;
        return delta;
    }

    /** Only entries that a mask keeps are worked out and added. */
    private void mergeFew(Shard weights, TensorPart part, Delta delta, long step) {
        Consensus ofTensor = consensus.of(part.tensor(), step);
        float scale = sparsifier.scale(part.tensor());
        Entries survivors = buffers.get();
        for (TensorPart tile : part.tiles()) {
            sparsifier.survivors(tile, step, survivors);
            delta.next(tile, survivors);
            survivors.scale(scale);
            consensus.addTo(ofTensor, weights, tile, survivors, step);
        }
    }

    @Override
    public void sparsified(TensorPart piece, float[] values, long step) {
        if (whole == null) {
            sparsifier.apply(values, 0, piece, step);
        } else {
            whole.read(piece, values, 0);
        }
    }

    @Override
    public TensorConsensus consensus() {
        return consensus;
    }

    @Override
    public ExpectedChange.Size expectedSize(double learningRate) {
        return ExpectedChange.Size.of(
                scopes, isInverse(settings), learningRate, consensus.tau().meanTerm());
    }
}

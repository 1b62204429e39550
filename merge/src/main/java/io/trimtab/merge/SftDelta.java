package io.trimtab.merge;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.sparsify.RandomMasks;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * This rank's shard of tau = theta_SFT - theta_base, subtracted in float from both checkpoints, and sparsified: once for the whole run, or with a
 * fresh random mask in every merge (OnDARE, by paper semantics; costs a second shard), then cut to a largest magnitude where one is set. 0 in tensors that
 * are not merged.
 */
final class SftDelta {

    /** "TAU_MASK": keeps tau's per-step masks apart from those of the step itself. */
    private static final long TAU_SALT = 0x5441555F4D41534BL;

    private final Shard dense;
    private final @Nullable RandomMasks freshMasks;
    private final double clip;
    private final Shard sparse;
    private final double meanTerm;

    private SftDelta(Shard dense, @Nullable RandomMasks freshMasks, double clip, Shard sparse, double meanTerm) {
        this.dense = dense;
        this.freshMasks = freshMasks;
        this.clip = clip;
        this.sparse = sparse;
        this.meanTerm = meanTerm;
    }

    /** For alpha = 0, where nothing of it would arrive. */
    static SftDelta zero(ShardLayout layout) {
        Shard zeros = Shard.zeros(layout);
        return new SftDelta(zeros, null, 0.0, zeros, 0.0);
    }

    static SftDelta ofOnDare(MergeSettings settings, TensorScopes scopes, Shard dense, Collective collective) {
        boolean inverse = OnDare.isInverse(settings);
        double clip = settings.switches().tauClip();
        return switch (settings.switches().tauMask()) {
            case FIXED -> {
                new RandomMasks(scopes::density, inverse, settings.seed()).apply(dense, 0);
                clip(dense, clip);
                yield fixed(dense, scopes, collective);
            }
            case FRESH -> {
                RandomMasks masks = new RandomMasks(scopes::density, inverse, settings.seed() ^ TAU_SALT);
                double mean = mean(
                        dense, scopes, scope -> scope.alpha() * (inverse ? 1.0 / scope.density() : 1.0), collective);
                double most = clip > 0.0 ? clip * scopes.largest(TensorScope::alpha) : Double.POSITIVE_INFINITY;
                SftDelta delta = new SftDelta(dense, masks, clip, Shard.zeros(dense.layout()), Math.min(mean, most));
                delta.at(1);
                yield delta;
            }
        };
    }

    static SftDelta ofOnTies(
            MergeSettings settings,
            TensorScopes scopes,
            LargestEntries sparsifier,
            Shard dense,
            Collective collective) {
        sparsifier.apply(dense);
        clip(dense, settings.switches().tauClip());
        return fixed(dense, scopes, collective);
    }

    private static void clip(Shard tau, double limit) {
        if (limit > 0.0) {
            tau.layout().parts().forEach(part -> tau.clamp(part, (float) limit));
        }
    }

    private static SftDelta fixed(Shard sparse, TensorScopes scopes, Collective collective) {
        return new SftDelta(sparse, null, 0.0, sparse, mean(sparse, scopes, TensorScope::alpha, collective));
    }

    /** The sparsified delta of a step; valid until the next call. */
    Shard at(long step) {
        if (freshMasks != null) {
            sparse.readFrom(dense);
            freshMasks.apply(sparse, step);
            clip(sparse, clip);
        }
        return sparse;
    }

    /** What {@link #at} answered last; the first mask's before that. */
    Shard last() {
        return sparse;
    }

    /** Mean alpha |tau| over the entries that are not 0, on all ranks; 0 where there are none. Of fresh masks the expected one. */
    double meanTerm() {
        return meanTerm;
    }

    private static double mean(
            Shard tau, TensorScopes scopes, ToDoubleFunction<TensorScope> weight, Collective collective) {
        double magnitudes = 0.0;
        for (TensorPart part : tau.layout().parts()) {
            magnitudes += weight.applyAsDouble(scopes.of(part.tensor())) * tau.sumOfMagnitudes(part);
        }
        double[] sums = collective.sum(new double[] {magnitudes, tau.countOfNonZeros()});
        return sums[1] == 0.0 ? 0.0 : sums[0] / sums[1];
    }

    /** theta_SFT - theta_base for the shard's range. */
    static Shard difference(FloatSource sft, FloatSource base, ShardLayout layout) {
        Shard tau = Shard.zeros(layout);
        tau.readFrom(sft);
        tau.subtract(base);
        return tau;
    }
}

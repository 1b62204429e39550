package io.trimtab.merge;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.sparsify.KeepRandom;
import org.jspecify.annotations.Nullable;

/**
 * This rank's shard of tau = theta_SFT - theta_base, subtracted in float from both checkpoints, and sparsified: once for the whole run, or with a
 * fresh random mask in every merge (OnDARE, by paper semantics; costs a second shard), then cut to a largest magnitude where one is set.
 */
final class SftDelta {

    /** "TAU_MASK": keeps tau's per-step masks apart from those of the step itself. */
    private static final long TAU_SALT = 0x5441555F4D41534BL;

    private final Shard dense;
    private final @Nullable KeepRandom freshMasks;
    private final double clip;
    private final Shard sparse;
    private final double meanMagnitude;

    private SftDelta(Shard dense, @Nullable KeepRandom freshMasks, double clip, Shard sparse, double meanMagnitude) {
        this.dense = dense;
        this.freshMasks = freshMasks;
        this.clip = clip;
        this.sparse = sparse;
        this.meanMagnitude = meanMagnitude;
    }

    /** For alpha = 0, where nothing of it would arrive. */
    static SftDelta zero(ShardLayout layout) {
        Shard zeros = Shard.zeros(layout);
        return new SftDelta(zeros, null, 0.0, zeros, 0.0);
    }

    static SftDelta ofOnDare(MergeSettings settings, Shard dense, Collective collective) {
        boolean inverse = OnDare.isInverse(settings);
        double clip = settings.switches().tauClip();
        return switch (settings.switches().tauMask()) {
            case FIXED -> {
                KeepRandom.of(settings.density(), inverse, settings.seed()).apply(dense, 0);
                clip(dense, clip);
                yield fixed(dense, collective);
            }
            case FRESH -> {
                KeepRandom masks = KeepRandom.of(settings.density(), inverse, settings.seed() ^ TAU_SALT);
                Shard sparse = Shard.zeros(dense.layout());
                double mean = inverse ? 1.0 / settings.density() : 1.0;
                mean *= meanMagnitude(dense, collective);
                SftDelta delta = new SftDelta(dense, masks, clip, sparse, clip > 0.0 ? Math.min(mean, clip) : mean);
                delta.at(1);
                yield delta;
            }
        };
    }

    static SftDelta ofOnTies(MergeSettings settings, LargestEntries sparsifier, Shard dense, Collective collective) {
        sparsifier.apply(dense);
        clip(dense, settings.switches().tauClip());
        return fixed(dense, collective);
    }

    private static void clip(Shard tau, double limit) {
        if (limit > 0.0) {
            tau.clamp((float) limit);
        }
    }

    private static SftDelta fixed(Shard sparse, Collective collective) {
        return new SftDelta(sparse, null, 0.0, sparse, meanMagnitude(sparse, collective));
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

    /** Mean |tau| over the entries that are not 0, on all ranks; 0 where there are none. Of fresh masks the expected one. */
    double meanMagnitude() {
        return meanMagnitude;
    }

    private static double meanMagnitude(Shard tau, Collective collective) {
        double[] sums = collective.sum(new double[] {tau.sumOfMagnitudes(), tau.countOfNonZeros()});
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

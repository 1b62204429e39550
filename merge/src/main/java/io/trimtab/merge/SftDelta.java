package io.trimtab.merge;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.sparsify.KeepLargest;
import io.trimtab.merge.sparsify.KeepRandom;
import org.jspecify.annotations.Nullable;

/**
 * This rank's shard of tau = theta_SFT - theta_base, subtracted in float from both checkpoints, and sparsified: once for the whole run, or with a
 * fresh random mask in every step (paper semantics of OnDARE; costs a second shard).
 */
final class SftDelta {

    /** The released OnDARE clamps tau after it divided by the density. */
    private static final float LARGEST_RELEASED_ENTRY = 1.0f;

    /** "TAU_MASK": keeps tau's per-step masks apart from those of the step itself. */
    private static final long TAU_SALT = 0x5441555F4D41534BL;

    private final Shard dense;
    private final @Nullable KeepRandom freshMasks;
    private final Shard sparse;
    private final double meanMagnitude;

    private SftDelta(Shard dense, @Nullable KeepRandom freshMasks, Shard sparse, double meanMagnitude) {
        this.dense = dense;
        this.freshMasks = freshMasks;
        this.sparse = sparse;
        this.meanMagnitude = meanMagnitude;
    }

    /** For alpha = 0, where nothing of it would arrive. */
    static SftDelta zero(ShardLayout layout) {
        Shard zeros = Shard.zeros(layout);
        return new SftDelta(zeros, null, zeros, 0.0);
    }

    static SftDelta ofOnDare(MergeSettings settings, Shard dense, Collective collective) {
        return switch (settings.semantics()) {
            case RELEASED -> {
                KeepRandom.of(settings.density(), true, settings.seed()).apply(dense, 0);
                dense.clamp(LARGEST_RELEASED_ENTRY);
                yield fixed(dense, collective);
            }
            case PAPER ->
                new SftDelta(
                        dense,
                        KeepRandom.of(settings.density(), false, settings.seed() ^ TAU_SALT),
                        Shard.zeros(dense.layout()),
                        meanMagnitude(dense, collective));
        };
    }

    static SftDelta ofOnTies(KeepLargest sparsifier, Shard dense, Collective collective) {
        sparsifier.apply(dense);
        return fixed(dense, collective);
    }

    private static SftDelta fixed(Shard sparse, Collective collective) {
        return new SftDelta(sparse, null, sparse, meanMagnitude(sparse, collective));
    }

    /** The sparsified delta of a step; valid until the next call. */
    Shard at(long step) {
        if (freshMasks != null) {
            sparse.readFrom(dense);
            freshMasks.apply(sparse, step);
        }
        return sparse;
    }

    /** Mean |tau| over the entries that are not 0, on all ranks; 0 where there are none. */
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

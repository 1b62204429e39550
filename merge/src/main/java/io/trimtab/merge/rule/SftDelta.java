package io.trimtab.merge.rule;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.scope.TensorScope;
import io.trimtab.merge.scope.TensorScopes;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.shard.Entries;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.PackedShard;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.sparsify.RandomMasks;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * This rank's shard of tau = theta_SFT - theta_base, subtracted in float from both checkpoints, and sparsified: once for the whole run, or with a
 * fresh random mask in every merge (OnDARE, by paper semantics), then cut to a largest magnitude where one is set. 0 in tensors that
 * are not merged. Kept as a {@link PackedShard}.
 */
public final class SftDelta {

    /** "TAU_MASK": keeps tau's per-step masks apart from those of the step itself. */
    private static final long TAU_SALT = 0x5441555F4D41534BL;

    private final @Nullable PackedShard packed;
    private final @Nullable RandomMasks freshMasks;
    private final float clip;
    private final ThreadLocal<float[]> buffers = ThreadLocal.withInitial(() -> new float[TensorPart.TILE]);
    private final double meanTerm;

    private SftDelta(@Nullable PackedShard packed, @Nullable RandomMasks freshMasks, double clip, double meanTerm) {
        this.packed = packed;
        this.freshMasks = freshMasks;
        this.clip = clip > 0.0 ? (float) clip : Float.POSITIVE_INFINITY;
        this.meanTerm = meanTerm;
    }

    /** For alpha = 0, where nothing of it would arrive. */
    static SftDelta zero() {
        return new SftDelta(null, null, 0.0, 0.0);
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
                yield new SftDelta(PackedShard.of(dense), masks, clip, Math.min(mean, most));
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
        return new SftDelta(PackedShard.of(sparse), null, 0.0, mean(sparse, scopes, TensorScope::alpha, collective));
    }

    /** A tile of the sparsified delta of a step: its entries that are not 0, and perhaps some that are. */
    public void read(TensorPart part, long step, Entries entries) {
        if (packed == null) {
            entries.fill(0);
        } else if (freshMasks == null) {
            packed.read(part, entries);
        } else {
            float[] tile = buffers.get();
            packed.read(part, tile);
            freshMasks.survivors(part, step, entries);
            float scale = freshMasks.scale(part.tensor());
            for (int i = 0; i < entries.count(); i++) {
                float entry = tile[entries.places()[i]] * scale;
                entries.values()[i] = Math.max(-clip, Math.min(clip, entry));
            }
        }
    }

    /** All entries of a tile from index 0 on, zeros included, where no fresh masks are drawn. */
    void read(TensorPart part, float[] target) {
        if (packed == null) {
            Arrays.fill(target, 0, part.length(), 0.0f);
        } else {
            packed.read(part, target);
        }
    }

    /** What the SFT delta takes on this rank. */
    public long bytes() {
        return packed == null ? 0 : packed.bytes();
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

    /** theta_SFT - theta_base for the shard's range, in place of what was there. */
    static void difference(FloatSource sft, FloatSource base, Shard tau) {
        tau.readFrom(sft);
        tau.subtract(base);
    }
}

package io.trimtab.merge.sparsify;

import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;

/**
 * F_rand: keeps each entry with probability {@code density}, else 0 (arXiv 2405.17931, equation 4). With {@code inverse}, survivors are divided by the
 * density, as DARE (arXiv 2311.03099) and the released OnDARE do. The mask of a step depends on seed, step, tensor id and element index
 * alone. At density 1 everything is kept.
 */
public final class KeepRandom {

    private final long threshold;
    private final float survivorScale;
    private final long seed;

    private KeepRandom(long threshold, float survivorScale, long seed) {
        this.threshold = threshold;
        this.survivorScale = survivorScale;
        this.seed = seed;
    }

    public static KeepRandom of(double density, boolean inverse, long seed) {
        return new KeepRandom(MaskKey.threshold(density), inverse ? (float) (1.0 / density) : 1.0f, seed);
    }

    public void apply(Shard values, long step) {
        for (TensorPart part : values.layout().parts()) {
            long key = MaskKey.of(seed, step, part.tensor());
            apply(values.block(part.block()), part.from(), part.to(), key, part.element());
        }
    }

    /**
     * A piece of a tensor. Unrolling the key's formula saves a multiplication per element.
     *
     * @param key of the tensor's mask
     * @param element index in the tensor of the first entry
     */
    void apply(float[] values, int from, int to, long key, long element) {
        long next = key + element * MaskKey.GAMMA;
        for (int i = from; i < to; i++) {
            next += MaskKey.GAMMA;
            values[i] = (MaskKey.mix(next) >>> 11) < threshold ? values[i] * survivorScale : 0.0f;
        }
    }
}

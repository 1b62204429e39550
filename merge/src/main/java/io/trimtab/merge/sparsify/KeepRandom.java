package io.trimtab.merge.sparsify;

/**
 * F_rand: keeps each entry with probability {@code density}, else 0 (arXiv 2405.17931, equation 4). With {@code inverse}, survivors are divided by the
 * density, as DARE (arXiv 2311.03099) and the released OnDARE do. At density 1 everything is kept. {@link RandomMasks} chooses the
 * key of each mask.
 */
final class KeepRandom {

    private final long threshold;
    private final float survivorScale;

    private KeepRandom(long threshold, float survivorScale) {
        this.threshold = threshold;
        this.survivorScale = survivorScale;
    }

    static KeepRandom of(double density, boolean inverse) {
        return new KeepRandom(MaskKey.threshold(density), inverse ? (float) (1.0 / density) : 1.0f);
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

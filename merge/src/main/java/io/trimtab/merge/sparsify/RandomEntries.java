package io.trimtab.merge.sparsify;

/** DARE (arXiv 2311.03099) on one tensor in pieces: {@link KeepRandom} with the mask of a key. At density 1 nothing is dropped. */
public final class RandomEntries implements TensorSparsifier {

    private final KeepRandom keep;
    private final long key;

    private RandomEntries(KeepRandom keep, long key) {
        this.keep = keep;
        this.key = key;
    }

    /**
     * One model's tensor; models have masks of their own.
     *
     * @param model place of the model among those merged
     * @param tensor id of the output tensor
     */
    public static TensorSparsifier of(double density, Rescale rescale, long seed, long model, int tensor) {
        if (density >= 1.0) {
            return TensorSparsifier.keepAll();
        }
        TensorSparsifier random = new RandomEntries(
                KeepRandom.of(density, rescale == Rescale.INVERSE_DENSITY), MaskKey.of(seed, model, tensor));
        return rescale == Rescale.L1 ? new RescaledToL1(random) : random;
    }

    @Override
    public int passes() {
        return 0;
    }

    @Override
    public void measure(int pass, float[] values, int length, long offset) {
        throw new IllegalStateException("A random mask needs no measure, pass " + pass);
    }

    @Override
    public void apply(float[] values, int length, long offset) {
        keep.apply(values, 0, length, key, offset);
    }
}

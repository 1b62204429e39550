package io.trimtab.merge.sparsify;

/**
 * Multiplies what another sparsifier keeps by one factor, so that the sum of magnitudes of the tensor stays. Where either sum is below 1e-7 the kept
 * entries stay as they are, as in mergekit.
 */
final class RescaledToL1 implements TensorSparsifier {

    private static final double NOTHING = 1e-7;

    private final TensorSparsifier sparsifier;
    private float[] kept = {};
    private double before;
    private double after;

    RescaledToL1(TensorSparsifier sparsifier) {
        this.sparsifier = sparsifier;
    }

    @Override
    public int passes() {
        return sparsifier.passes() + 1;
    }

    @Override
    public void measure(int pass, float[] values, int length, long offset) {
        if (pass < sparsifier.passes()) {
            sparsifier.measure(pass, values, length, offset);
            return;
        }
        if (kept.length < length) {
            kept = new float[length];
        }
        System.arraycopy(values, 0, kept, 0, length);
        sparsifier.apply(kept, length, offset);
        before += sum(values, length);
        after += sum(kept, length);
    }

    private static double sum(float[] values, int length) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += Math.abs(values[i]);
        }
        return sum;
    }

    @Override
    public void apply(float[] values, int length, long offset) {
        sparsifier.apply(values, length, offset);
        if (before < NOTHING || after < NOTHING) {
            return;
        }
        float factor = (float) (before / after);
        for (int i = 0; i < length; i++) {
            values[i] *= factor;
        }
    }
}

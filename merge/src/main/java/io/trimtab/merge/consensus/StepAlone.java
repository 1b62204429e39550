package io.trimtab.merge.consensus;

/** {@code weights += delta}: nothing is merged. */
public record StepAlone() implements Consensus {

    @Override
    public float tauTerm(float tau, float delta) {
        return 0.0f;
    }

    @Override
    public float deltaTerm(float tau, float delta) {
        return delta;
    }

    @Override
    public float stepShare() {
        return 1.0f;
    }

    @Override
    public void sum(float[] taus, float[] deltas, int count, float[] sums) {
        System.arraycopy(deltas, 0, sums, 0, count);
    }
}

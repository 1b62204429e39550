package io.trimtab.merge.consensus;

/** {@code weights += alpha tau + (1 - alpha) delta} (arXiv 2405.17931, equation 3). */
public final class WeightedSum implements Consensus {

    private final float tauShare;
    private final float deltaShare;

    public WeightedSum(double alpha) {
        this.tauShare = (float) alpha;
        this.deltaShare = (float) (1.0 - alpha);
    }

    @Override
    public float tauTerm(float tau, float delta) {
        return tauShare * tau;
    }

    @Override
    public float deltaTerm(float tau, float delta) {
        return deltaShare * delta;
    }

    @Override
    public float stepShare() {
        return deltaShare;
    }

    @Override
    public void sum(float[] taus, float[] deltas, int count, float[] sums) {
        for (int i = 0; i < count; i++) {
            sums[i] = tauShare * taus[i] + deltaShare * deltas[i];
        }
    }
}

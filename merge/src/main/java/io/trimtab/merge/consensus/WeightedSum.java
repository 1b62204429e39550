package io.trimtab.merge.consensus;

import io.trimtab.merge.shard.Shard;

/** {@code weights += alpha tau + (1 - alpha) delta} (arXiv 2405.17931, equation 3). */
public final class WeightedSum {

    private final float tauShare;
    private final float deltaShare;

    public WeightedSum(double alpha) {
        this.tauShare = (float) alpha;
        this.deltaShare = (float) (1.0 - alpha);
    }

    /** What of an entry of tau arrives. */
    public float tauTerm(float tau, float delta) {
        return tauShare * tau;
    }

    /** What of an entry of the step arrives. */
    public float deltaTerm(float tau, float delta) {
        return deltaShare * delta;
    }

    public void addTo(Shard weights, Shard delta, Shard tau) {
        for (int b = 0; b < weights.blockCount(); b++) {
            addTo(weights.block(b), delta.block(b), tau.block(b));
        }
    }

    private void addTo(float[] weights, float[] delta, float[] tau) {
        for (int i = 0; i < weights.length; i++) {
            weights[i] += tauShare * tau[i] + deltaShare * delta[i];
        }
    }
}

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
    public void addTo(float[] weights, float[] delta, float[] tau, int from, int to) {
        for (int i = from; i < to; i++) {
            weights[i] += delta[i];
        }
    }
}

package io.trimtab.merge.offline;

import java.util.Arrays;

/**
 * {@code sum_i w_i theta_i}, divided by {@code sum_i w_i} if normalised: model soups (arXiv 2203.05482), and between a model and the one before it WiSE-FT
 * (arXiv 2109.01903).
 *
 * @param weights by result and input
 */
record LinearMerge(double[][] weights, boolean normalized) implements TensorMerge {

    @Override
    public void merge(Pieces inputs, Results results) {
        inputs.forEach((values, offset, length) -> {
            float[] mixed = inputs.scratch(0);
            for (int result = 0; result < weights.length; result++) {
                mix(values, weights[result], length, mixed);
                results.write(result, offset, mixed, length);
            }
        });
    }

    private void mix(float[][] values, double[] shares, int length, float[] mixed) {
        Arrays.fill(mixed, 0, length, 0.0f);
        for (int input = 0; input < shares.length; input++) {
            float share = (float) shares[input];
            float[] entries = values[input];
            for (int i = 0; i < length; i++) {
                mixed[i] += share * entries[i];
            }
        }
        if (normalized) {
            float sum = (float) Arrays.stream(shares).sum();
            for (int i = 0; i < length; i++) {
                mixed[i] /= sum;
            }
        }
    }
}

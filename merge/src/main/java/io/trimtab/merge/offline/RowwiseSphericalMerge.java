package io.trimtab.merge.offline;

/**
 * NuSLERP with {@code nuslerp_flatten: false}: each row, the innermost dimension, is a vector of its own. Components as in {@link SphericalMerge}.
 */
record RowwiseSphericalMerge(int first, int second, boolean onBase, double[] ts) implements TensorMerge {

    @Override
    public void merge(Pieces inputs, Results results) {
        inputs.forEach((values, offset, length) -> {
            float[] mixed = inputs.scratch(0);
            for (int result = 0; result < ts.length; result++) {
                for (int row = 0; row < length; row += inputs.columns()) {
                    mix(values, inputs.reference(), row, row + inputs.columns(), ts[result], mixed);
                }
                results.write(result, offset, mixed, length);
            }
        });
    }

    private void mix(float[][] values, int reference, int from, int to, double t, float[] mixed) {
        float[] x = values[first];
        float[] y = values[second];
        float[] base = values[reference];
        Angle angle = new Angle();
        for (int i = from; i < to; i++) {
            float origin = onBase ? base[i] : 0.0f;
            angle.add(x[i] - origin, y[i] - origin);
        }
        double[] shares = angle.shares(t, Angle.Straight.EXACTLY);
        for (int i = from; i < to; i++) {
            float origin = onBase ? base[i] : 0.0f;
            mixed[i] = (float) (origin + shares[0] * (x[i] - origin) + shares[1] * (y[i] - origin));
        }
    }
}

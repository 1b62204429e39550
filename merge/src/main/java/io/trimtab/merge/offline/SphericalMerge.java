package io.trimtab.merge.offline;

/**
 * SLERP and flattened NuSLERP: a point on the arc between two tensors, each taken as one vector; with {@code onBase}, between their differences from the
 * base, which is then added.
 *
 * @param first index of the input at t = 0
 * @param second index of the input at t = 1
 * @param onBase whether the reference is a third model, to be subtracted
 * @param ts by result
 */
record SphericalMerge(int first, int second, boolean onBase, double[] ts, Angle.Straight straight)
        implements TensorMerge {

    @Override
    public void merge(Pieces inputs, Results results) {
        Angle angle = new Angle();
        inputs.forEach((values, offset, length) -> measure(values, inputs.reference(), length, angle));
        double[][] shares = new double[ts.length][];
        for (int result = 0; result < ts.length; result++) {
            shares[result] = angle.shares(ts[result], straight);
        }
        inputs.forEach((values, offset, length) -> {
            float[] mixed = inputs.scratch(0);
            for (int result = 0; result < ts.length; result++) {
                mix(values, inputs.reference(), shares[result], length, mixed);
                results.write(result, offset, mixed, length);
            }
        });
    }

    private void measure(float[][] values, int reference, int length, Angle angle) {
        float[] x = values[first];
        float[] y = values[second];
        float[] base = values[reference];
        for (int i = 0; i < length; i++) {
            float origin = onBase ? base[i] : 0.0f;
            angle.add(x[i] - origin, y[i] - origin);
        }
    }

    private void mix(float[][] values, int reference, double[] shares, int length, float[] mixed) {
        float[] x = values[first];
        float[] y = values[second];
        float[] base = values[reference];
        for (int i = 0; i < length; i++) {
            float origin = onBase ? base[i] : 0.0f;
            mixed[i] = (float) (origin + shares[0] * (x[i] - origin) + shares[1] * (y[i] - origin));
        }
    }
}

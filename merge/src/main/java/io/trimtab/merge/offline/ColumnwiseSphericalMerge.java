package io.trimtab.merge.offline;

/**
 * NuSLERP with {@code nuslerp_flatten: false, nuslerp_row_wise: true}: the entries that agree in all but the outermost dimension are a vector. Other
 * components as in {@link SphericalMerge}.
 *
 * @param vectors how many there are, the entries of one row
 */
record ColumnwiseSphericalMerge(int first, int second, boolean onBase, double[] ts, int vectors)
        implements TensorMerge {

    @Override
    public void merge(Pieces inputs, Results results) {
        Angle[] angles = new Angle[vectors];
        for (int vector = 0; vector < vectors; vector++) {
            angles[vector] = new Angle();
        }
        inputs.forEach((values, offset, length) -> measure(values, inputs.reference(), offset, length, angles));
        double[][][] shares = new double[ts.length][vectors][];
        for (int result = 0; result < ts.length; result++) {
            for (int vector = 0; vector < vectors; vector++) {
                shares[result][vector] = angles[vector].shares(ts[result], Angle.Straight.EXACTLY);
            }
        }
        inputs.forEach((values, offset, length) -> {
            float[] mixed = inputs.scratch(0);
            for (int result = 0; result < ts.length; result++) {
                mix(values, inputs.reference(), offset, length, shares[result], mixed);
                results.write(result, offset, mixed, length);
            }
        });
    }

    private void measure(float[][] values, int reference, long offset, int length, Angle[] angles) {
        int vector = (int) (offset % vectors);
        for (int i = 0; i < length; i++) {
            float origin = onBase ? values[reference][i] : 0.0f;
            angles[vector].add(values[first][i] - origin, values[second][i] - origin);
            vector = vector + 1 == vectors ? 0 : vector + 1;
        }
    }

    private void mix(float[][] values, int reference, long offset, int length, double[][] shares, float[] mixed) {
        int vector = (int) (offset % vectors);
        for (int i = 0; i < length; i++) {
            float origin = onBase ? values[reference][i] : 0.0f;
            double[] share = shares[vector];
            mixed[i] =
                    (float) (origin + share[0] * (values[first][i] - origin) + share[1] * (values[second][i] - origin));
            vector = vector + 1 == vectors ? 0 : vector + 1;
        }
    }
}

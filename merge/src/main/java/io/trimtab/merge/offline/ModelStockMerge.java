package io.trimtab.merge.offline;

/**
 * Model stock (arXiv 2403.19522): {@code t mean_i(theta_i) + (1 - t) base} with {@code t = N c / (1 + (N - 1) c)} and c the mean cosine between the N models'
 * differences from the base. For each tensor, or with {@code filterWise} for each row. A negative c gives a negative t, as in mergekit; where
 * the denominator vanishes the base stays.
 */
record ModelStockMerge(boolean filterWise) implements TensorMerge {

    @Override
    public void merge(Pieces inputs, Results results) {
        if (filterWise) {
            inputs.forEach((values, offset, length) -> {
                float[] mixed = inputs.scratch(0);
                for (int row = 0; row < length; row += inputs.columns()) {
                    Cosines cosines = new Cosines(inputs.count(), inputs.reference());
                    cosines.add(values, row, row + inputs.columns());
                    mix(values, inputs.reference(), row, row + inputs.columns(), cosines.share(), mixed);
                }
                results.write(0, offset, mixed, length);
            });
            return;
        }
        Cosines cosines = new Cosines(inputs.count(), inputs.reference());
        inputs.forEach((values, offset, length) -> cosines.add(values, 0, length));
        double share = cosines.share();
        inputs.forEach((values, offset, length) -> {
            float[] mixed = inputs.scratch(0);
            mix(values, inputs.reference(), 0, length, share, mixed);
            results.write(0, offset, mixed, length);
        });
    }

    private static void mix(float[][] values, int reference, int from, int to, double share, float[] mixed) {
        for (int i = from; i < to; i++) {
            double sum = 0;
            for (int input = 0; input < values.length; input++) {
                sum += input == reference ? 0.0 : values[input][i];
            }
            mixed[i] = (float) (share * sum / (values.length - 1) + (1.0 - share) * values[reference][i]);
        }
    }

    /** Sums over the products of the differences from the base, pair by pair. */
    private static final class Cosines {

        private static final double SMALLEST_PRODUCT = 1e-6;

        private final int reference;
        private final double[][] products;
        private final double[] differences;

        Cosines(int inputs, int reference) {
            this.reference = reference;
            this.products = new double[inputs][inputs];
            this.differences = new double[inputs];
        }

        /** The difference of the base from itself is 0, which adds nothing to any product. */
        void add(float[][] values, int from, int to) {
            for (int i = from; i < to; i++) {
                for (int a = 0; a < values.length; a++) {
                    differences[a] = values[a][i] - values[reference][i];
                    for (int b = 0; b <= a; b++) {
                        products[a][b] += differences[a] * differences[b];
                    }
                }
            }
        }

        double share() {
            int models = products.length - 1;
            double cosine = meanCosine();
            double denominator = 1.0 + (models - 1) * cosine;
            return Math.abs(denominator) < 1e-6 ? 0.0 : models * cosine / denominator;
        }

        private double meanCosine() {
            double sum = 0;
            int pairs = 0;
            for (int a = 0; a < products.length; a++) {
                for (int b = 0; b < a; b++) {
                    if (a != reference && b != reference) {
                        double norms = Math.sqrt(products[a][a]) * Math.sqrt(products[b][b]);
                        sum += Math.max(-1.0, Math.min(1.0, products[a][b] / Math.max(norms, SMALLEST_PRODUCT)));
                        pairs++;
                    }
                }
            }
            return sum / pairs;
        }
    }
}

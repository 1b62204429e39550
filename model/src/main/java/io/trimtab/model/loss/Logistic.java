package io.trimtab.model.loss;

/** The logistic function and log(1 + e^x), exact to a few ulps for every double, infinities included. */
final class Logistic {

    private Logistic() {}

    /** 1 / (1 + e^-x); the exponent is never positive, so nothing overflows. */
    static double sigmoid(double x) {
        if (x >= 0) {
            return 1 / (1 + Math.exp(-x));
        }
        double e = Math.exp(x);
        return e / (1 + e);
    }

    /** log(1 + e^x) = -log sigmoid(-x). */
    static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }
}

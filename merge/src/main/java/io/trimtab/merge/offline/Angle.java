package io.trimtab.merge.offline;

/**
 * Sums over the entries of two vectors, and the shares of the two in a point between them on the sphere. In doubles: vectors have millions of entries.
 * Not thread safe.
 */
final class Angle {

    /** Where the sphere is left for the straight line. */
    enum Straight {
        /** SLERP's: from a cosine of 0.9995 on, whatever its sign. */
        NEARLY,

        /** NuSLERP's: only where the sine is below 1e-8. */
        EXACTLY
    }

    private double dot;
    private double firstSquares;
    private double secondSquares;

    void add(double first, double second) {
        dot += first * second;
        firstSquares += first * first;
        secondSquares += second * second;
    }

    /** The shares at {@code t}, of the vectors as they are, not normalised. */
    double[] shares(double t, Straight straight) {
        double cosine = cosine(straight);
        boolean linear = straight == Straight.NEARLY ? Math.abs(cosine) > 0.9995 : 1.0 - cosine * cosine <= 1e-16;
        if (linear) {
            return new double[] {1.0 - t, t};
        }
        double angle = Math.acos(cosine);
        return new double[] {Math.sin((1.0 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)};
    }

    /** Short vectors keep their length in the product: SLERP's up to 1e-8, NuSLERP's are taken for 1e-7 long. */
    private double cosine(Straight straight) {
        double product = norm(firstSquares, straight) * norm(secondSquares, straight);
        return Math.max(-1.0, Math.min(1.0, dot / product));
    }

    private static double norm(double squares, Straight straight) {
        double norm = Math.sqrt(squares);
        return straight == Straight.EXACTLY ? Math.max(norm, 1e-7) : norm > 1e-8 ? norm : 1.0;
    }
}

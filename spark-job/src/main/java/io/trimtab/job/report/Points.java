package io.trimtab.job.report;

import java.util.Arrays;

/** A curve's points, x ascending; at least one. Owns its arrays, which nobody changes. */
record Points(double[] x, double[] y) {
    Points {
        if (x.length != y.length || x.length == 0) {
            throw new IllegalArgumentException(
                    "A curve needs as many x as y and at least one: " + x.length + " and " + y.length);
        }
    }

    int size() {
        return x.length;
    }

    double sum() {
        return Arrays.stream(y).sum();
    }

    /** Mean of the last tenth of the points: one step of a small batch says little. */
    double lastTenth() {
        int from = size() - Math.max(1, size() / 10);
        return Arrays.stream(y, from, size()).average().orElseThrow();
    }

    /** Means of neighbours, so that no curve has more points than a screen can show. */
    Points thinned(int maxPoints) {
        if (size() <= maxPoints) {
            return this;
        }
        double[] thinX = new double[maxPoints];
        double[] thinY = new double[maxPoints];
        for (int i = 0; i < maxPoints; i++) {
            int from = (int) ((long) i * size() / maxPoints);
            int to = (int) ((i + 1L) * size() / maxPoints);
            thinX[i] = Arrays.stream(x, from, to).average().orElseThrow();
            thinY[i] = Arrays.stream(y, from, to).average().orElseThrow();
        }
        return new Points(thinX, thinY);
    }

    /** Whether it turns back at a quarter of its points or more; a schedule or a count does not. */
    boolean isNoisy() {
        int turns = 0;
        for (int i = 1; i + 1 < size(); i++) {
            turns += (y[i] - y[i - 1]) * (y[i + 1] - y[i]) < 0 ? 1 : 0;
        }
        return size() > 20 && turns >= size() / 4;
    }

    /** Each value replaced by the mean of those at most {@code radius} points away; fewer at both ends, the same number on either side. */
    Points smoothed(int radius) {
        double[] smooth = new double[size()];
        for (int i = 0; i < size(); i++) {
            int reach = Math.min(radius, Math.min(i, size() - 1 - i));
            smooth[i] = Arrays.stream(y, i - reach, i + reach + 1).average().orElseThrow();
        }
        return new Points(x, smooth);
    }
}

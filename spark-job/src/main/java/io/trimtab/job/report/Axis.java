package io.trimtab.job.report;

import java.util.ArrayList;
import java.util.List;

/** A linear axis: its range in data, its ends in the drawing, and round numbers to mark. */
record Axis(double min, double max, double from, double to, List<Double> ticks) {

    /** An axis that shows all of [low, high], widened where the two are equal. */
    static Axis covering(double low, double high, double from, double to, int wantedTicks) {
        double span = high - low;
        double pad = span > 0 ? 0.04 * span : Math.max(Math.abs(low) * 0.1, 1e-9);
        double min = low - pad;
        double max = high + pad;
        double step = roundStep((max - min) / wantedTicks);
        List<Double> ticks = new ArrayList<>();
        for (double k = Math.ceil(min / step); k * step <= max; k++) {
            ticks.add(k * step);
        }
        return new Axis(min, max, from, to, ticks);
    }

    double place(double value) {
        return from + (value - min) / (max - min) * (to - from);
    }

    /** Distance between two marks; how many digits they need follows from it. */
    double step() {
        return ticks.size() < 2 ? max - min : ticks.get(1) - ticks.get(0);
    }

    /** The smallest of 1, 2, 2.5, 5 times a power of ten that is not below the wanted step. */
    static double roundStep(double wanted) {
        double power = Math.pow(10, Math.floor(Math.log10(wanted)));
        for (double factor : new double[] {1, 2, 2.5, 5}) {
            if (factor * power >= wanted * (1 - 1e-12)) {
                return factor * power;
            }
        }
        return 10 * power;
    }
}

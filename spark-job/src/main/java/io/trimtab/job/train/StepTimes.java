package io.trimtab.job.train;

import java.util.LinkedHashMap;
import java.util.Map;

/** One lap of a {@link PhaseClock}: seconds in total and by phase, of this rank. The array belongs to the record. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StepTimes(double total, double[] byPhase) {

    double of(Phase phase) {
        return byPhase[phase.ordinal()];
    }

    Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("seconds", total);
        for (Phase phase : Phase.values()) {
            metrics.put(phase.metric(), of(phase));
        }
        return metrics;
    }
}

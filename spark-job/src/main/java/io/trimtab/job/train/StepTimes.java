package io.trimtab.job.train;

import java.util.LinkedHashMap;
import java.util.Map;

/** One lap of a {@link PhaseClock}: seconds in total and by phase, of this rank. A phase that is not named took none. */
record StepTimes(double total, Map<Phase, Double> byPhase) {

    StepTimes {
        byPhase = Map.copyOf(byPhase);
    }

    double of(Phase phase) {
        return byPhase.getOrDefault(phase, 0.0);
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

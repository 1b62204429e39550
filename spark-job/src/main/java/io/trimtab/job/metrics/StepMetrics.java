package io.trimtab.job.metrics;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The figures of one training step under the contract's names, in the order they are written; travels from rank 0 to the driver.
 *
 * @param step of the run, from 1
 * @param values every one finite: a step that diverges is never recorded
 */
public record StepMetrics(long step, Map<String, Double> values) implements Serializable {

    public static final String EXAMPLES = "examples";
    public static final String TOKENS = "tokens";

    /** Before the names of what was measured on held-out rows after the step. */
    public static final String EVALUATION = "eval_";

    /** Before the names of what the merge did to single layers. */
    public static final String LAYERS = "merge/layers/";

    public StepMetrics {
        if (step < 1) {
            throw new IllegalArgumentException("Steps are counted from 1: " + step);
        }
        values.forEach((name, value) -> {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(
                        "Metric of step " + step + " is not finite: " + name + " = " + value);
            }
        });
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** The value under a name that must be there. */
    public double value(String name) {
        Double value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("Step " + step + " has no metric " + name);
        }
        return value;
    }

    /** Whether the value under this name is a number of things, written without a fraction. */
    static boolean isCount(String name) {
        String counted = name.startsWith(EVALUATION) ? name.substring(EVALUATION.length()) : name;
        return counted.equals(EXAMPLES) || counted.equals(TOKENS);
    }
}

package io.trimtab.job.train;

import io.trimtab.model.Policy;
import java.util.Map;

/** Measures the policy between two steps. Every rank enters, with its own copy; only rank 0's values are recorded. */
public interface Evaluation {

    Evaluation NONE = policy -> Map.of();

    /** Values by name, without the {@code eval_} that the step's line puts before them. */
    Map<String, Double> of(Policy policy);
}

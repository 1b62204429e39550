package io.trimtab.job.config;

import io.trimtab.data.rows.DataSource;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is measured beside the loss: preference pairs held out ({@code data}) and ability tests; {@code everySteps} 0: only by `evaluate`. */
public record EvaluationSettings(int everySteps, @Nullable DataSource data, List<EvaluationTest> tests)
        implements Serializable {
    public EvaluationSettings {
        tests = List.copyOf(tests);
    }
}

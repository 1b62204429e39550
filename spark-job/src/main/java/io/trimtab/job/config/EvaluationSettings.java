package io.trimtab.job.config;

import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.DataSource;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is measured beside the loss: preference pairs held out ({@code data}) and ability tests; {@code everySteps} 0: only by `evaluate`. */
public record EvaluationSettings(int everySteps, @Nullable DataSource data, List<EvaluationTest> tests)
        implements Serializable {
    public EvaluationSettings {
        tests = List.copyOf(tests);
    }

    /** Name in evaluation.json of what is measured on {@code evaluation.data}; empty for KTO, whose rows are measured while training. */
    public static Optional<String> heldOutTest(TrainingStage stage) {
        return switch (stage) {
            case DPO -> Optional.of("preference_accuracy");
            case SFT, PRETRAIN -> Optional.of("log_prob");
            case KTO -> Optional.empty();
        };
    }
}

package io.trimtab.job.train;

import static java.util.Objects.requireNonNull;

import io.trimtab.data.TrainingStage;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.model.PolicyOptions;

/**
 * The work that {@link Bench} measures.
 *
 * @param stage dpo or kto, which makes two labelled rows of a pair
 * @param policy how the model is held and computed on each rank
 * @param pairs per step, over all ranks
 * @param warmUpSteps not measured: the engine allocates in its first steps
 * @param microBatchTokens packed tokens of one forward pass
 */
public record BenchSettings(
        TrainingStage stage,
        PolicyOptions policy,
        MergeRuleName rule,
        int pairs,
        int warmUpSteps,
        int steps,
        int microBatchTokens) {

    public BenchSettings {
        requireNonNull(policy, "policy is null");
        requireNonNull(rule, "rule is null");
        if (stage != TrainingStage.DPO && stage != TrainingStage.KTO) {
            throw new IllegalArgumentException("A bench trains dpo or kto, not " + stage.key());
        }
        requireAtLeast("pairs", pairs, stage == TrainingStage.KTO ? 2 : 1);
        requireAtLeast("warmUpSteps", warmUpSteps, 0);
        requireAtLeast("steps", steps, 1);
        requireAtLeast("microBatchTokens", microBatchTokens, 1);
    }

    int totalSteps() {
        return warmUpSteps + steps;
    }

    static void requireAtLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException("A bench needs " + name + " of at least " + least + ": " + value);
        }
    }
}

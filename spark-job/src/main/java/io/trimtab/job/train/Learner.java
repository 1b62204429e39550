package io.trimtab.job.train;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.MergedUpdate;
import io.trimtab.merge.allreduce.Collective;
import io.trimtab.model.Policy;
import io.trimtab.model.loss.SequenceLoss;

/**
 * What one rank learns with; all of it belongs to its training thread, and whoever made it closes it.
 *
 * @param microBatchTokens packed tokens of one forward pass; a longer row passes alone
 */
public record Learner(
        Policy policy, SequenceLoss loss, Collective collective, MergedUpdate update, int microBatchTokens) {

    public Learner {
        requireNonNull(policy, "policy is null");
        requireNonNull(loss, "loss is null");
        requireNonNull(collective, "collective is null");
        requireNonNull(update, "update is null");
        if (microBatchTokens < 1) {
            throw new IllegalArgumentException("training.micro-batch-tokens must be at least 1: " + microBatchTokens);
        }
    }

    boolean isRankZero() {
        return collective.rank() == 0;
    }
}

package io.trimtab.job.train;

import io.trimtab.data.CompletionRole;
import java.util.List;
import java.util.Optional;

/**
 * One rank's rows of one step, in slot order; empty where the rank has none.
 *
 * @param step of the run, from 1
 */
public record StepBatch(long step, List<ReferencedExample> rows) {

    public StepBatch {
        if (step < 1) {
            throw new IllegalArgumentException("Steps are counted from 1: " + step);
        }
        rows = List.copyOf(rows);
    }

    /** What gets a gradient. */
    List<MicroBatch> trained(int maxPackedTokens) {
        return MicroBatch.of(rows, CompletionRole::trained, maxPackedTokens);
    }

    /** What only KTO's z0 is estimated from. */
    List<MicroBatch> mismatched(int maxPackedTokens) {
        return MicroBatch.of(rows, CompletionRole.MISMATCHED::equals, maxPackedTokens);
    }

    /** Id of a row that has no reference log-probs, if there is one. */
    Optional<String> rowWithoutReference() {
        return rows.stream()
                .filter(row -> !row.hasReference())
                .map(row -> row.example().id())
                .findFirst();
    }
}

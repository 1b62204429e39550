package io.trimtab.job.train;

import java.util.List;

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

    long usefulTokens() {
        long tokens = 0;
        for (ReferencedExample row : rows) {
            tokens += row.example().usefulTokens();
        }
        return tokens;
    }
}

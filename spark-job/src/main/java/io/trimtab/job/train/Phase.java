package io.trimtab.job.train;

import java.util.Locale;

/** Where a step's time goes, under the contract's names and in its order. */
enum Phase {
    /** The next batch was not there yet. */
    WAIT_DATA,
    /** Log-probs, for KTO those of the mismatched completions too, and the loss. */
    FORWARD,
    BACKWARD,
    /** Sums over ranks, waiting for the slowest rank included. */
    REDUCE,
    MERGE,
    GATHER,
    /** Saving after the step before: a step's line is written before its checkpoint, so that the checkpoint never lacks a line. */
    CHECKPOINT;

    String metric() {
        return "seconds/" + name().toLowerCase(Locale.ROOT);
    }
}

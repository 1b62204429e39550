package io.trimtab.job.train;

import java.util.Iterator;

/**
 * Where one rank's batches come from, prefetched or not. Every rank gets the same steps up to the run's last one, in order and without
 * gaps, an empty batch where it has no row: a rank that ended early would leave the others waiting in the all-reduce.
 */
public interface StepBatches {

    Iterator<StepBatch> from(long firstStep);
}

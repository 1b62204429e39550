/**
 * Everything that imports Spark: readers, the prepare, score and shard jobs, pre-flight checks and the barrier stage with its retry loop.
 *
 * <p>Called by {@code job.stages}. The training loop itself does not live here: a rank sets up its collective, its batches and its
 * checkpoints and hands them to {@code job.train}. No Scala collection appears in a called signature, so that the same class files run
 * on Scala 2.12 and 2.13.
 */
@NullMarked
package io.trimtab.job.spark;

import org.jspecify.annotations.NullMarked;

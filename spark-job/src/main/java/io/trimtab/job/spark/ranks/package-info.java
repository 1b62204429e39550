/**
 * The barrier stage: {@link io.trimtab.job.spark.ranks.Segments} enters it from the driver, once a segment, and again when executors are
 * lost; a rank sets up its collective, its batches and its checkpoints and hands them to {@code job.train}.
 */
@NullMarked
package io.trimtab.job.spark.ranks;

import org.jspecify.annotations.NullMarked;

/**
 * The loop: {@link io.trimtab.job.train.Trainer} walks the steps, {@link io.trimtab.job.train.TrainingStep} is one of them, and small
 * adapters join {@code model} to {@code merge}. It sees an iterator of batches, a collective, a sink and a port for checkpoints, and
 * runs the same in a test, in a thread and in an executor; Spark and Hadoop may not enter.
 */
@NullMarked
package io.trimtab.job.train;

import org.jspecify.annotations.NullMarked;

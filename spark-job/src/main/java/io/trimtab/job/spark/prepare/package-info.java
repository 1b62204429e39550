/**
 * The prepare job: every row of a table checked, rendered and tokenised on the executors, and the tables that come of it. {@link
 * io.trimtab.job.spark.prepare.Preparation} runs it, {@link io.trimtab.job.spark.prepare.PreparedTable} is its result as later jobs read
 * it. No model is loaded.
 */
@NullMarked
package io.trimtab.job.spark.prepare;

import org.jspecify.annotations.NullMarked;

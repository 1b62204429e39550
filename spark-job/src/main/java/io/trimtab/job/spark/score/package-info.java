/**
 * A frozen model on plain tasks that Spark may run again anywhere: {@link io.trimtab.job.spark.score.Scoring} makes the reference table,
 * {@link io.trimtab.job.spark.score.Evaluations} tests finished models. An executor keeps one model between its tasks.
 */
@NullMarked
package io.trimtab.job.spark.score;

import org.jspecify.annotations.NullMarked;

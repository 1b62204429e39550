/**
 * What Spark and the cluster are to a run: what the master's address tells, what a rank occupies, what a failure under Spark's wrapping
 * says, and how a stop is asked for. Stands below every job.
 */
@NullMarked
package io.trimtab.job.spark.cluster;

import org.jspecify.annotations.NullMarked;

/**
 * What a run says about its steps: one {@link io.trimtab.job.metrics.MetricSink}, many sinks. The loop records on rank 0, the driver
 * writes; names and their order are the contract that dashboards and tests read. No Spark and no Hadoop here: a sink takes the
 * stream it writes to, so the same class serves a local file, an object store and a test.
 */
@NullMarked
package io.trimtab.job.metrics;

import org.jspecify.annotations.NullMarked;

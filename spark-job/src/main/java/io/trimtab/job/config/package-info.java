/**
 * The configuration of a run: HOCON files over the one {@code reference.conf} become serialisable records, or one error that lists
 * every problem with file and line. Also the exceptions that carry an exit code, because every other package of the job throws them.
 * A merge file, in mergekit's YAML or in HOCON, becomes a {@link io.trimtab.job.config.MergeOrder} in the same way. The only package that knows
 * {@code com.typesafe.config} and YAML; neither Spark nor Hadoop may enter.
 */
@org.jspecify.annotations.NullMarked
package io.trimtab.job.config;

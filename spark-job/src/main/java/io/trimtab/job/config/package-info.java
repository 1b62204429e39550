/**
 * The configuration of a run: HOCON files over the one {@code reference.conf} become serialisable records, or one error that lists
 * every problem with file and line. Also the exceptions that carry an exit code, because every other package of the job throws them.
 * The only package that knows {@code com.typesafe.config}; neither Spark nor Hadoop may enter.
 */
@org.jspecify.annotations.NullMarked
package io.trimtab.job.config;

/**
 * What is looked at and set up before a job of Spark starts: whether tables, models, memory and cluster fit each other, and the session.
 *
 * <p>{@code job.spark} and the rooms below are everything that imports Spark; each does one part of a run: {@code source} reads a user's
 * table, {@code prepare} makes examples of it, {@code score} asks the frozen reference, {@code shards} orders rows by step, {@code
 * ranks} is the barrier stage with its retry loop. They stand on {@code files} and {@code cluster} and are called by {@code
 * job.stages}. The training loop itself does not live here. No Scala collection appears in a called signature, so that the same class
 * files run on Scala 2.12 and 2.13.
 */
@NullMarked
package io.trimtab.job.spark;

import org.jspecify.annotations.NullMarked;

/**
 * Rows in the order of training: {@link io.trimtab.job.spark.shards.Sharding} writes tokens and reference log-probs together, sorted by
 * step, and {@link io.trimtab.job.spark.shards.ShardBatches} streams them to a rank. Nothing in a shard depends on the number of ranks.
 */
@NullMarked
package io.trimtab.job.spark.shards;

import org.jspecify.annotations.NullMarked;

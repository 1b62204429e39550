/**
 * What a run leaves on a file system and finds again: the run directory with its owner, identity and result, manifests, checkpoints in
 * shards, the metrics file cut to the checkpoint, and event files. Used by the driver and, for shards, by every rank. Knows Hadoop's file systems and
 * relies only on what all of them do: a file is complete once a manifest written after it says so; no folder is ever renamed.
 * Spark may not enter.
 */
@org.jspecify.annotations.NullMarked
package io.trimtab.job.checkpoint;

package io.trimtab.job.checkpoint;

import org.apache.hadoop.fs.Path;

/** A complete checkpoint: the state after {@code step}. */
public record Checkpoint(long step, Path folder, Manifest manifest) {}

package io.trimtab.job.stages;

import org.jspecify.annotations.Nullable;

/**
 * What {@code prepare} may be asked beside the configuration.
 *
 * @param dryRun look and tell, leave nothing behind
 * @param rendered file for text and ids of the kept rows, the only place where prompts are written out; null for none
 */
public record PrepareOptions(boolean dryRun, @Nullable String rendered) {}

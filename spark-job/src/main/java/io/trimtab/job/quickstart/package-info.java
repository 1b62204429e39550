/**
 * The demonstration: a synthetic world, a small model trained from nothing, fine-tuned, and aligned three times on Spark, with what
 * alignment cost each time. Every run goes through the same stages as a user's own, from a configuration file that is left behind for
 * reading and running again. Only the world's sampled tests ({@code reward}, {@code valid}) and the comparison page are made here.
 */
@NullMarked
package io.trimtab.job.quickstart;

import org.jspecify.annotations.NullMarked;

/**
 * The flat, long-indexed parameter space and the part of it that one rank owns. Everything above it (sparsifiers, consensus, all-reduce,
 * the update) works on a {@link io.trimtab.merge.shard.Shard}, whose blocks keep any single array far below the limit of {@code int}
 * indices. Knows neither what the floats mean nor how they travel.
 */
@NullMarked
package io.trimtab.merge.shard;

import org.jspecify.annotations.NullMarked;

/**
 * The sparsifiers F of the merging papers, one class each: keep a random share, keep the largest share. They work in place on a rank's shard
 * and give the same entries for any number of ranks. Used by the merge rules; know nothing of optimizers or of what the values are.
 */
@NullMarked
package io.trimtab.merge.sparsify;

import org.jspecify.annotations.NullMarked;

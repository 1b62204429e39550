/**
 * The consensus operations (+) of the merging papers, one class each: weighted sum and sign vote. They add the merged step to a rank's weights,
 * entry by entry, so they need no other rank. Used by the merge rules.
 */
@NullMarked
package io.trimtab.merge.consensus;

import org.jspecify.annotations.NullMarked;

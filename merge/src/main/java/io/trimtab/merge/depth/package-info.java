/**
 * Where a tensor stands in the depth of its model, read from its Hugging Face name, and values that are spread over the depth. Training and offline merging
 * ask here, so that a list of alphas or densities means the same in both.
 */
@NullMarked
package io.trimtab.merge.depth;

import org.jspecify.annotations.NullMarked;

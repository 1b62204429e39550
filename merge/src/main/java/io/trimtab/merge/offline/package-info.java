/**
 * Finished models merged tensor by tensor: {@link io.trimtab.merge.offline.MergeRecipe} says what is asked for, {@link
 * io.trimtab.merge.offline.MergePlan} turns it into one small merge per output tensor, {@link io.trimtab.merge.offline.MergeRun} carries them out in
 * parallel, in pieces, so that memory does not depend on the size of a model. Models are read through {@link
 * io.trimtab.merge.offline.TensorSource} and written through {@link io.trimtab.merge.offline.TensorSink}; files, their formats and their types may not
 * enter. Used by the merge stage; the sparsifiers and the sign vote are those of the online rules.
 */
@NullMarked
package io.trimtab.merge.offline;

import org.jspecify.annotations.NullMarked;

/**
 * From gradient to new weights: {@link io.trimtab.merge.MergedUpdate} reduces the gradient over all ranks, turns it into an AdamW step and
 * merges that step with the SFT delta (arXiv 2405.17931), then gives the new weights back. The training loop is adapted to the ports
 * {@link io.trimtab.merge.ParameterMemory} and {@link io.trimtab.merge.ParameterLayout}. Plain Java on floats: no engine, no Spark, no
 * files, and no knowledge of models or examples.
 */
@NullMarked
package io.trimtab.merge;

import org.jspecify.annotations.NullMarked;

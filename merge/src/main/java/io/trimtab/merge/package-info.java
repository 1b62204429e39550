/**
 * From gradient to new weights: {@link io.trimtab.merge.MergedUpdate} reduces the gradient over all ranks, turns it into an AdamW step and
 * merges that step with the SFT delta (arXiv 2405.17931), then gives the new weights back. The training loop is adapted to the port
 * {@link io.trimtab.merge.ParameterMemory}. How a step becomes a change is in {@code merge.rule}, what may be asked for in {@code
 * merge.settings}. Plain Java on floats: no engine, no Spark, no files, and no knowledge of models or examples.
 */
@NullMarked
package io.trimtab.merge;

import org.jspecify.annotations.NullMarked;

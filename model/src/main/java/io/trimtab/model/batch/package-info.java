/**
 * Packed batches: the tokens of many examples in one row without padding, each prompt once with its completions behind it. The decoder and
 * the head read which rows attend to which and which rows predict which token from here; score and train cut their micro-batches here.
 * Plain Java: the engine stays out.
 */
@NullMarked
package io.trimtab.model.batch;

import org.jspecify.annotations.NullMarked;

/**
 * Training losses in plain Java doubles: from the log-probs of completions and of the frozen reference to sums, counts and the derivative
 * of the loss with respect to each log-prob. The training step feeds that derivative to the engine as an external gradient and adds the
 * sums over micro-batches and ranks; nothing is divided before that. The engine, and anything that owns native memory, may not enter.
 */
@NullMarked
package io.trimtab.model.loss;

import org.jspecify.annotations.NullMarked;

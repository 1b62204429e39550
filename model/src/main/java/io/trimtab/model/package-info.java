/**
 * Causal decoders as the rest of the product sees them: the shape read from config.json, one parameter table in one order, and a
 * {@link io.trimtab.model.Policy} that turns packed batches into log-probs, takes the loss's derivative back into gradients, and lets weights
 * and gradients be read and written in ranges. Scoring, the training loop, evaluation and generation stand on it. Collectives, optimizers and
 * Spark may not enter; whatever touches the native engine goes through {@code model.engine}.
 */
@NullMarked
package io.trimtab.model;

import org.jspecify.annotations.NullMarked;

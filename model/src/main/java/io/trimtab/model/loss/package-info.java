/**
 * Losses as plain functions from log-probs to sums and derivatives. The engine only takes the derivative as an external gradient, so it
 * may not enter here.
 */
@org.jspecify.annotations.NullMarked
package io.trimtab.model.loss;

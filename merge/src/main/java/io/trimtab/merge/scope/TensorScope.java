package io.trimtab.merge.scope;

/**
 * How the merge rule treats one tensor.
 *
 * @param merged whether it touches it; where not, the step arrives as it is
 * @param density share of the step's entries that is kept; 1 where not merged
 * @param alpha weight of the SFT delta, before any schedule; 0 where not merged
 */
public record TensorScope(boolean merged, double density, double alpha) {

    static final TensorScope UNTOUCHED = new TensorScope(false, 1.0, 0.0);
}

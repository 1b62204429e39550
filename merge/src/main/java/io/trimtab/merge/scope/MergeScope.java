package io.trimtab.merge.scope;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.depth.Gradient;
import java.io.Serializable;

/**
 * What differs from tensor to tensor in a merge: whether the rule touches it at all, with which alpha and with which density. A tensor that it does not touch
 * follows AdamW as the rule's settings have it, and needs no SFT delta.
 *
 * @param merged tensors the rule touches
 * @param density share of entries a sparsifier keeps, in (0, 1]
 * @param alpha weight of the SFT delta, in [0, 1], before any schedule
 */
public record MergeScope(TensorFilter merged, Gradient density, Gradient alpha) implements Serializable {

    public MergeScope {
        requireNonNull(merged, "merged is null");
        if (!(density.smallest() > 0 && density.largest() <= 1)) {
            throw new IllegalArgumentException("merge.density must be in (0, 1]: " + density);
        }
        if (!(alpha.smallest() >= 0 && alpha.largest() <= 1)) {
            throw new IllegalArgumentException("merge.alpha must be in [0, 1]: " + alpha);
        }
    }

    /** The same for all tensors. */
    public static MergeScope everywhere(double density, double alpha) {
        return new MergeScope(TensorFilter.ALL, Gradient.of(density), Gradient.of(alpha));
    }

    /** The answer for one tensor. */
    TensorScope of(String tensor, double depth) {
        return merged.has(tensor) ? new TensorScope(true, density.at(depth), alpha.at(depth)) : TensorScope.UNTOUCHED;
    }
}

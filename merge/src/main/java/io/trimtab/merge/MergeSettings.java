package io.trimtab.merge;

import java.io.Serializable;

/**
 * The merge rule and its numbers.
 *
 * @param density share of entries a sparsifier keeps, in (0, 1]
 * @param alpha weight of the SFT delta, in [0, 1]; not scaled by the learning rate
 * @param seed key of the random masks
 */
public record MergeSettings(MergeRuleName rule, Semantics semantics, double density, double alpha, long seed)
        implements Serializable {
    public MergeSettings {
        if (!(density > 0 && density <= 1)) {
            throw new IllegalArgumentException("merge.density must be in (0, 1]: " + density);
        }
        if (!(alpha >= 0 && alpha <= 1)) {
            throw new IllegalArgumentException("merge.alpha must be in [0, 1]: " + alpha);
        }
    }
}

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

    /** Plain AdamW; what the other settings say does not matter. */
    public static MergeSettings none() {
        return new MergeSettings(MergeRuleName.NONE, Semantics.RELEASED, 1, 0, 0);
    }

    /** Whether base and SFT weights are needed: with alpha = 0 only by the released OnTIES, where the SFT delta still votes. */
    public boolean usesSftDelta() {
        return switch (rule) {
            case NONE -> false;
            case ON_DARE -> alpha > 0;
            case ON_TIES -> alpha > 0 || semantics == Semantics.RELEASED;
        };
    }
}

package io.trimtab.merge.settings;

import io.trimtab.merge.sparsify.Rescale;
import java.io.Serializable;

/**
 * Where paper and released code of the merging rules differ, one switch each; {@link #of} has what either does. A rule reads those that concern it.
 *
 * @param rescale of what a sparsifier keeps. OnDARE: NONE, INVERSE_DENSITY, or L1 (after the inverse density; then every entry is cut to +-1); its
 *     tau is divided by the density unless this is NONE. OnTIES: NONE or L1, of delta and tau
 * @param tauMask of OnDARE; the largest entries of tau are always the same
 * @param tauClip largest magnitude of an entry of the sparsified tau; 0 for no limit
 * @param vote of OnTIES
 * @param epsilonPlacement of AdamW
 * @param decay when the weights decay
 */
public record MergeSwitches(
        Rescale rescale,
        TauMask tauMask,
        double tauClip,
        Vote vote,
        EpsilonPlacement epsilonPlacement,
        DecayPlace decay)
        implements Serializable {

    /** The released code cuts tau, and a delta rescaled by L1, to +-1. */
    public static final double RELEASED_CLIP = 1.0;

    public MergeSwitches {
        if (!(tauClip >= 0 && Double.isFinite(tauClip))) {
            throw new IllegalArgumentException("merge.tau-clip must be at least 0 and finite: " + tauClip);
        }
    }

    /** What a rule does where nothing else is asked for. */
    public static MergeSwitches of(MergeRuleName rule, Semantics semantics) {
        boolean released = semantics == Semantics.RELEASED;
        return switch (rule) {
            case NONE, EMA ->
                new MergeSwitches(
                        Rescale.NONE, TauMask.FIXED, 0, Vote.UNWEIGHTED, EpsilonPlacement.CORRECTED, DecayPlace.BEFORE);
            case CHILDTUNING ->
                new MergeSwitches(
                        Rescale.INVERSE_DENSITY,
                        TauMask.FIXED,
                        0,
                        Vote.UNWEIGHTED,
                        EpsilonPlacement.UNCORRECTED,
                        DecayPlace.AFTER);
            case ON_DARE ->
                new MergeSwitches(
                        released ? Rescale.INVERSE_DENSITY : Rescale.NONE,
                        released ? TauMask.FIXED : TauMask.FRESH,
                        released ? RELEASED_CLIP : 0,
                        Vote.UNWEIGHTED,
                        EpsilonPlacement.UNCORRECTED,
                        DecayPlace.AFTER);
            case ON_TIES ->
                new MergeSwitches(
                        Rescale.NONE,
                        TauMask.FIXED,
                        0,
                        released ? Vote.UNWEIGHTED : Vote.WEIGHTED,
                        EpsilonPlacement.UNCORRECTED,
                        DecayPlace.AFTER);
        };
    }
}

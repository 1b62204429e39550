package io.trimtab.merge.settings;

import io.trimtab.merge.scope.MergeScope;
import io.trimtab.merge.sparsify.Rescale;
import java.io.Serializable;

/**
 * The merge rule and its numbers.
 *
 * @param scope which tensors it touches, with which alpha and density
 * @param alphaSchedule how alpha changes over the run
 * @param seed key of the random masks
 * @param interval every how many steps the merging rules merge (algorithm 2 of arXiv 2405.17931); 1 is every step
 */
public record MergeSettings(
        MergeRuleName rule,
        Semantics semantics,
        MergeScope scope,
        AlphaSchedule alphaSchedule,
        long seed,
        int interval,
        MergeSwitches switches,
        EmaSettings ema)
        implements Serializable {
    public MergeSettings {
        if (interval < 1) {
            throw new IllegalArgumentException("merge.interval must be at least 1: " + interval);
        }
        if (rule == MergeRuleName.ON_TIES && switches.rescale() == Rescale.INVERSE_DENSITY) {
            throw new IllegalArgumentException("merge.rescale of on-ties must be none or l1: inverse-density");
        }
    }

    /** Merges all tensors alike in every step and does what the semantics say. */
    public MergeSettings(MergeRuleName rule, Semantics semantics, double density, double alpha, long seed) {
        this(
                rule,
                semantics,
                MergeScope.everywhere(density, alpha),
                AlphaSchedule.CONSTANT,
                seed,
                1,
                MergeSwitches.of(rule, semantics),
                EmaSettings.UNUSED);
    }

    /** Plain AdamW; what the other settings say does not matter. */
    public static MergeSettings none() {
        return new MergeSettings(MergeRuleName.NONE, Semantics.RELEASED, 1, 0, 0);
    }

    /** The same, merged every so many steps. */
    public MergeSettings every(int steps) {
        return new MergeSettings(rule, semantics, scope, alphaSchedule, seed, steps, switches, ema);
    }

    /** The same with other switches. */
    public MergeSettings with(MergeSwitches others) {
        return new MergeSettings(rule, semantics, scope, alphaSchedule, seed, interval, others, ema);
    }

    /** The same with another moving average. */
    public MergeSettings with(EmaSettings other) {
        return new MergeSettings(rule, semantics, scope, alphaSchedule, seed, interval, switches, other);
    }

    /** The same in another scope. */
    public MergeSettings with(MergeScope other) {
        return new MergeSettings(rule, semantics, other, alphaSchedule, seed, interval, switches, ema);
    }

    /** The same with another course of alpha. */
    public MergeSettings with(AlphaSchedule other) {
        return new MergeSettings(rule, semantics, scope, other, seed, interval, switches, ema);
    }

    /**
     * What {@code MergedUpdate} keeps per parameter, on all ranks together; README.md of this module has the table. An upper bound: a sparse SFT delta is counted at the
     * largest density, and in floats.
     */
    public double bytesPerParameter() {
        int gradient = 1;
        return Float.BYTES * (StateSlots.of(this).size() + gradient) + tauBytes();
    }

    /**
     * Whether the model can hold the masters themselves: where it computes with them, not with what waits for a merge or an average. Over a {@link
     * ParameterMemory#isInPlace memory in place} two floats a parameter less are kept then: the masters and the summed gradient.
     */
    public boolean worksInPlace() {
        return interval == 1 && rule != MergeRuleName.EMA;
    }

    private double tauBytes() {
        if (!usesSftDelta()) {
            return 0.0;
        }
        boolean fresh = rule == MergeRuleName.ON_DARE && switches.tauMask() == TauMask.FRESH;
        double sparse = (Character.BYTES + Float.BYTES) * scope.density().largest();
        return fresh ? Float.BYTES : Math.min(Float.BYTES, sparse);
    }

    /** Whether base and SFT weights are needed: with alpha = 0 only where the SFT delta still votes. */
    public boolean usesSftDelta() {
        return switch (rule) {
            case NONE, CHILDTUNING, EMA -> false;
            case ON_DARE -> scope.alpha().largest() > 0;
            case ON_TIES -> scope.alpha().largest() > 0 || switches.vote() == Vote.UNWEIGHTED;
        };
    }
}

package io.trimtab.merge;

import io.trimtab.merge.settings.DecayPlace;
import io.trimtab.merge.settings.EpsilonPlacement;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.MergeSwitches;
import io.trimtab.merge.settings.TauMask;
import io.trimtab.merge.settings.Vote;
import io.trimtab.merge.sparsify.Rescale;

/** Settings with one switch turned. */
final class Switched {

    private Switched() {}

    static MergeSettings rescale(MergeSettings merge, Rescale rescale) {
        MergeSwitches s = merge.switches();
        return merge.with(
                new MergeSwitches(rescale, s.tauMask(), s.tauClip(), s.vote(), s.epsilonPlacement(), s.decay()));
    }

    static MergeSettings tau(MergeSettings merge, TauMask mask, double clip) {
        MergeSwitches s = merge.switches();
        return merge.with(new MergeSwitches(s.rescale(), mask, clip, s.vote(), s.epsilonPlacement(), s.decay()));
    }

    static MergeSettings vote(MergeSettings merge, Vote vote) {
        MergeSwitches s = merge.switches();
        return merge.with(
                new MergeSwitches(s.rescale(), s.tauMask(), s.tauClip(), vote, s.epsilonPlacement(), s.decay()));
    }

    static MergeSettings adamW(MergeSettings merge, EpsilonPlacement epsilon, DecayPlace decay) {
        MergeSwitches s = merge.switches();
        return merge.with(new MergeSwitches(s.rescale(), s.tauMask(), s.tauClip(), s.vote(), epsilon, decay));
    }
}

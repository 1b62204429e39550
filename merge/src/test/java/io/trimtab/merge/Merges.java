package io.trimtab.merge;

import io.trimtab.merge.sparsify.Rescale;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The grid of settings that the tests of the whole update run over: every rule, both semantics, every switch by itself, step-K. */
final class Merges {

    static final EmaSettings AVERAGE = new EmaSettings(0.9, EmaSettings.Export.AVERAGE);

    private Merges() {}

    static Stream<MergeSettings> all() {
        List<MergeSettings> merges = new ArrayList<>();
        merges.add(MergeSettings.none());
        merges.add(Switched.adamW(MergeSettings.none(), EpsilonPlacement.UNCORRECTED, DecayPlace.AFTER));
        for (MergeRuleName rule : List.of(MergeRuleName.ON_DARE, MergeRuleName.ON_TIES)) {
            for (Semantics semantics : Semantics.values()) {
                for (double density : new double[] {1.0, 0.5, 0.1, 0.004}) {
                    for (double alpha : new double[] {0.0, 0.02, 1.0}) {
                        merges.add(new MergeSettings(rule, semantics, density, alpha, 42));
                    }
                }
                merges.addAll(switched(new MergeSettings(rule, semantics, 0.3, 0.02, 42)));
            }
        }
        for (double density : new double[] {1.0, 0.3}) {
            merges.add(new MergeSettings(MergeRuleName.CHILDTUNING, Semantics.RELEASED, density, 0, 42));
        }
        merges.add(new MergeSettings(MergeRuleName.EMA, Semantics.RELEASED, 1, 0, 42).with(AVERAGE));
        return merges.stream();
    }

    private static List<MergeSettings> switched(MergeSettings merge) {
        MergeSettings corrected = Switched.adamW(merge, EpsilonPlacement.CORRECTED, DecayPlace.BEFORE);
        List<MergeSettings> switched = new ArrayList<>(List.of(
                corrected,
                merge.every(2),
                merge.every(3),
                corrected.every(3),
                Switched.rescale(merge, Rescale.NONE),
                Switched.rescale(merge, Rescale.L1),
                Switched.rescale(merge, Rescale.L1).every(2),
                Switched.tau(merge, TauMask.FIXED, 0.0),
                Switched.tau(merge, TauMask.FIXED, 0.01),
                Switched.tau(merge, TauMask.FRESH, 0.01).every(2)));
        if (merge.rule() == MergeRuleName.ON_DARE) {
            switched.add(Switched.rescale(merge, Rescale.INVERSE_DENSITY));
        } else {
            switched.add(Switched.vote(merge, Vote.WEIGHTED));
            switched.add(Switched.vote(merge, Vote.UNWEIGHTED));
        }
        return switched;
    }
}

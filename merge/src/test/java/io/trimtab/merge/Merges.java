package io.trimtab.merge;

import io.trimtab.merge.depth.Gradient;
import io.trimtab.merge.scope.MergeScope;
import io.trimtab.merge.scope.TensorFilter;
import io.trimtab.merge.scope.TensorPattern;
import io.trimtab.merge.settings.AlphaSchedule;
import io.trimtab.merge.settings.DecayPlace;
import io.trimtab.merge.settings.EmaSettings;
import io.trimtab.merge.settings.EpsilonPlacement;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.Semantics;
import io.trimtab.merge.settings.TauMask;
import io.trimtab.merge.settings.Vote;
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
        merges.add(new MergeSettings(MergeRuleName.CHILDTUNING, Semantics.RELEASED, 1, 0, 42)
                .with(scope(withoutNorms(), List.of(0.2, 0.9), List.of(0.0))));
        merges.add(new MergeSettings(MergeRuleName.EMA, Semantics.RELEASED, 1, 0, 42).with(AVERAGE));
        return merges.stream();
    }

    private static TensorFilter withoutNorms() {
        return TensorFilter.allBut(patterns(".*norm.*", "embed\\..*"));
    }

    static List<TensorPattern> patterns(String... regexes) {
        return Stream.of(regexes)
                .map(regex -> new TensorPattern(regex, "a test"))
                .toList();
    }

    static MergeScope scope(TensorFilter filter, List<Double> densities, List<Double> alphas) {
        return new MergeScope(filter, new Gradient(densities), new Gradient(alphas));
    }

    /** Filters, lists over the depth and courses of alpha, by themselves and together. */
    private static List<MergeSettings> scoped(MergeSettings merge) {
        MergeScope lists = scope(TensorFilter.ALL, List.of(0.9, 0.1), List.of(0.0, 0.3, 0.02, 0.5));
        MergeScope filter = scope(withoutNorms(), List.of(0.3), List.of(0.05));
        MergeScope both = scope(
                new TensorFilter(patterns("layers\\..*", "embed.*"), patterns("layers\\.1\\..*")),
                List.of(0.1, 1.0, 0.3),
                List.of(0.3, 0.02));
        AlphaSchedule cosine = new AlphaSchedule(AlphaSchedule.Name.COSINE, 2, 0.25);
        return List.of(
                merge.with(lists),
                merge.with(filter),
                Switched.rescale(merge, Rescale.L1).with(both),
                Switched.tau(merge, TauMask.FRESH, 0.01).with(both).every(2),
                merge.with(cosine),
                merge.with(both).with(cosine).every(3),
                merge.with(new AlphaSchedule(AlphaSchedule.Name.LINEAR, 0, 0.0)),
                merge.with(both).with(new AlphaSchedule(AlphaSchedule.Name.LEARNING_RATE, 0, 0.0)));
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
        switched.addAll(scoped(merge));
        if (merge.rule() == MergeRuleName.ON_DARE) {
            switched.add(Switched.rescale(merge, Rescale.INVERSE_DENSITY));
        } else {
            switched.add(Switched.vote(merge, Vote.WEIGHTED));
            switched.add(Switched.vote(merge, Vote.UNWEIGHTED));
        }
        return switched;
    }
}

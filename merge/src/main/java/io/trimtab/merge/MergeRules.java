package io.trimtab.merge;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.sparsify.KeepLargest;
import io.trimtab.merge.sparsify.TensorNorms;
import org.jspecify.annotations.Nullable;

/** Builds the rule that the settings name, with its part of the state. All ranks enter. */
final class MergeRules {

    private final MergeSettings settings;
    private final Shard masters;
    private final ParameterLayout layout;
    private final Collective collective;
    private final @Nullable FloatSource sft;
    private final @Nullable FloatSource base;

    private MergeRules(
            MergeSettings settings,
            Shard masters,
            ParameterLayout layout,
            Collective collective,
            @Nullable FloatSource sft,
            @Nullable FloatSource base) {
        this.settings = settings;
        this.masters = masters;
        this.layout = layout;
        this.collective = collective;
        this.sft = sft;
        this.base = base;
    }

    static MergeRule of(
            MergeSettings settings,
            Shard masters,
            ParameterLayout layout,
            Collective collective,
            @Nullable FloatSource sft,
            @Nullable FloatSource base) {
        return new MergeRules(settings, masters, layout, collective, sft, base).rule();
    }

    private MergeRule rule() {
        return switch (settings.rule()) {
            case NONE -> new PlainAdamW();
            case CHILDTUNING -> new ChildTuning(settings);
            case EMA -> new WeightAverage(settings.ema(), copyOfMasters());
            case ON_DARE -> everyKSteps(onDare());
            case ON_TIES -> everyKSteps(onTies());
        };
    }

    private Shard copyOfMasters() {
        Shard copy = Shard.zeros(masters.layout());
        copy.readFrom(masters);
        return copy;
    }

    private MergeRule everyKSteps(MergeRule rule) {
        return settings.interval() == 1
                ? rule
                : new EveryKSteps(rule, settings.interval(), Shard.zeros(masters.layout()));
    }

    private OnDare onDare() {
        return new OnDare(
                settings,
                TensorNorms.guarded(masters.layout(), collective),
                settings.usesSftDelta()
                        ? SftDelta.ofOnDare(settings, difference(), collective)
                        : SftDelta.zero(masters.layout()));
    }

    private OnTies onTies() {
        ShardLayout shards = masters.layout();
        LargestEntries sparsifier = new LargestEntries(
                KeepLargest.of(settings.density(), shards, collective),
                settings.switches().rescale(),
                TensorNorms.exact(shards, collective));
        return new OnTies(
                settings,
                sparsifier,
                settings.usesSftDelta()
                        ? SftDelta.ofOnTies(settings, sparsifier, difference(), collective)
                        : SftDelta.zero(shards));
    }

    private Shard difference() {
        Shard tau = SftDelta.difference(
                requireNonNull(sft, "sft is null, but the merge rule uses the SFT delta"),
                requireNonNull(base, "base is null, but the merge rule uses the SFT delta"),
                masters.layout());
        FiniteWeights.require(tau, "the SFT delta (model.policy minus model.base) in", layout, collective);
        double[] entries =
                collective.sum(new double[] {tau.countOfNonZeros(), tau.range().length()});
        if (entries[0] == 0.0 && entries[1] > 0.0) {
            throw new UnusableWeightsException(
                    "Cannot merge with the SFT delta: model.policy and model.base hold the same"
                            + " weights, so it is 0 everywhere and merging would do nothing; set model.base to the model before"
                            + " SFT, or merge.rule = none");
        }
        return tau;
    }
}

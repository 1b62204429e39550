package io.trimtab.merge.rule;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.scope.TensorScopes;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.sparsify.KeepLargest;
import io.trimtab.merge.sparsify.TensorNorms;
import org.jspecify.annotations.Nullable;

/**
 * Builds the rule that the settings name, with its part of the state. All ranks enter.
 *
 * @param scratch filled on the way, not kept
 * @param alpha the factor of alpha at every step
 * @param sft weights after supervised fine-tuning, needed where the rule uses the SFT delta
 * @param base weights before it
 */
public record MergeRules(
        MergeSettings settings,
        Shard masters,
        Shard scratch,
        TensorScopes scopes,
        LearningRateSchedule alpha,
        Collective collective,
        @Nullable FloatSource sft,
        @Nullable FloatSource base) {

    public MergeRule rule() {
        return switch (settings.rule()) {
            case NONE -> new PlainAdamW();
            case CHILDTUNING -> new ChildTuning(settings, scopes);
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
                scopes,
                alpha,
                TensorNorms.guarded(masters.layout(), collective, scopes::merged),
                usesSftDelta() ? SftDelta.ofOnDare(settings, scopes, difference(), collective) : SftDelta.zero());
    }

    private OnTies onTies() {
        ShardLayout shards = masters.layout();
        LargestEntries sparsifier = new LargestEntries(
                KeepLargest.of(scopes::density, shards, collective),
                settings.switches().rescale(),
                TensorNorms.exact(shards, collective));
        return new OnTies(
                settings,
                scopes,
                alpha,
                sparsifier,
                usesSftDelta()
                        ? SftDelta.ofOnTies(settings, scopes, sparsifier, difference(), collective)
                        : SftDelta.zero());
    }

    private boolean usesSftDelta() {
        return settings.usesSftDelta() && scopes.mergedParameters() > 0;
    }

    private Shard difference() {
        Shard tau = scratch;
        SftDelta.difference(
                requireNonNull(sft, "sft is null, but the merge rule uses the SFT delta"),
                requireNonNull(base, "base is null, but the merge rule uses the SFT delta"),
                tau);
        for (TensorPart part : tau.layout().parts()) {
            if (!scopes.merged(part.tensor())) {
                tau.setToZero(part);
            }
        }
        FiniteWeights.require(tau, "the SFT delta (model.policy minus model.base) in", scopes.layout(), collective);
        double nonZeros = collective.sum(new double[] {tau.countOfNonZeros()})[0];
        if (nonZeros == 0.0) {
            throw new UnusableWeightsException(
                    "Cannot merge with the SFT delta: model.policy and model.base hold the same weights"
                            + (isPartial()
                                    ? " in all tensors that merge.include-tensors and merge.exclude-tensors leave"
                                    : "")
                            + ", so it is 0 everywhere and merging would do nothing; set model.base to the model before"
                            + " SFT, or merge.rule = none");
        }
        return tau;
    }

    private boolean isPartial() {
        return scopes.mergedParameters() < scopes.layout().size();
    }
}

package io.trimtab.merge.rule;

import io.trimtab.merge.settings.StateSlots;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How AdamW's step becomes the change of the weights: {@code theta(t+1) = theta(t) + (1 - alpha) F(delta) (+) alpha F(tau)} (arXiv 2405.17931,
 * equation 2, with F a sparsifier, (+) a consensus and tau the SFT delta). {@code MergedUpdate.apply} calls a rule's methods in the order in which
 * they stand here.
 */
public sealed interface MergeRule permits PlainAdamW, ChildTuning, OnDare, OnTies, EveryKSteps, WeightAverage {

    /**
     * Changes the averaged, clipped gradient before it enters the moments.
     *
     * @param averaging what is still to be done with the gradient
     * @return what is left to do: a rule that does not look at the gradient leaves that to AdamW, which reads it anyway
     */
    default Averaging onGradient(Shard gradient, Averaging averaging, long step) {
        return averaging;
    }

    /** All that a merge of this step is made of; steps that wait for a merge are added to the one before it. */
    default Delta onDelta(Delta delta, long step) {
        return delta;
    }

    /**
     * Moves the weights of this shard.
     *
     * @param delta AdamW's step; used up
     */
    void merge(Shard weights, Delta delta, long step);

    /**
     * What a merge made of the step before it was weighted.
     *
     * @param piece of a tensor, at most a tile
     * @param values the step, from index 0 on; turned into what the sparsifier left of it
     */
    default void sparsified(TensorPart piece, float[] values, long step) {}

    /**
     * {@code weights -= factor weights}, before or after the merge.
     *
     * @param parts of the tensors that decay
     * @param factor learning rate times weight decay
     */
    default void decay(Shard weights, List<TensorPart> parts, double factor) {
        parts.forEach(part -> weights.decay(part, factor));
    }

    /** Looks at the weights that a step leaves behind. */
    default void afterUpdate(Shard weights) {}

    /**
     * The weights the model computes with, after a step.
     *
     * @param scratch may be filled and returned
     */
    default Shard shown(Shard weights, Shard scratch, long step) {
        return weights;
    }

    /** The weights the run hands on; null where they are the shown ones. */
    default @Nullable Shard result() {
        return null;
    }

    /** What has to be saved beside weights and moments, by slot; {@link StateSlots} has the names. */
    default Map<String, Shard> state() {
        return Map.of();
    }

    /** What adds the SFT delta to the step; null where the rule has none. */
    default @Nullable TensorConsensus consensus() {
        return null;
    }

    /** Whether the step moves the weights; between two merges of every K steps it waits. */
    default boolean movesAt(long step) {
        return true;
    }

    /** Whether the step is merged with the SFT delta. */
    default boolean mergesAt(long step) {
        return consensus() != null;
    }

    /** What one merge is expected to add where it adds anything, before it meets a weight. */
    ExpectedChange.Size expectedSize(double learningRate);
}

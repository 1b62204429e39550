package io.trimtab.merge.rule;

import io.trimtab.merge.settings.StateSlots;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Step-K online merging (arXiv 2405.17931, algorithm 2): K - 1 steps of plain AdamW, {@code theta += delta; c += delta}, then {@code theta -= c; theta +=
 * (1 - alpha) F(c + delta) (+) alpha F(tau); c = 0}. Every tensor moves in every step. Decay of the steps between is not taken back. Steps
 * behind the last multiple of K stay as they are, unmerged.
 *
 * <p>Here the weights leave c out and the model is shown their sum, so that nothing has to be subtracted again: a step below half an ulp of a weight is
 * neither lost on the way nor taken back where it never arrived.
 */
final class EveryKSteps implements MergeRule {

    private final PlainAdamW waiting = new PlainAdamW();
    private final MergeRule rule;
    private final int interval;
    private final Shard pending;

    /** @param pending zeros, the paper's c; owned by the rule */
    EveryKSteps(MergeRule rule, int interval, Shard pending) {
        this.rule = rule;
        this.interval = interval;
        this.pending = pending;
    }

    @Override
    public Delta onDelta(Delta delta, long step) {
        return movesAt(step) ? new WithPending(delta) : delta;
    }

    @Override
    public void merge(Shard weights, Delta delta, long step) {
        if (movesAt(step)) {
            rule.merge(weights, delta, step);
            pending.setToZero();
        } else {
            waiting.merge(pending, delta, step);
        }
    }

    /** c + delta. */
    private final class WithPending implements Delta {

        private final Delta delta;

        WithPending(Delta delta) {
            this.delta = delta;
        }

        @Override
        public Shard values() {
            return delta.values();
        }

        @Override
        public void next(TensorPart tile) {
            delta.next(tile);
            values().add(tile, pending);
        }

        @Override
        public void forEachPart(List<TensorPart> parts, Shard target, Consumer<TensorPart> merge) {
            delta.forEachPart(parts, target, merge);
        }
    }

    @Override
    public void sparsified(TensorPart piece, float[] values, long step) {
        rule.sparsified(piece, values, step);
    }

    @Override
    public void decay(Shard weights, List<TensorPart> parts, double factor) {
        parts.forEach(part -> weights.decayWith(pending, part, factor));
    }

    @Override
    public Shard shown(Shard weights, Shard scratch, long step) {
        if (movesAt(step)) {
            return weights;
        }
        scratch.setToSum(weights, pending);
        return scratch;
    }

    @Override
    public Map<String, Shard> state() {
        return Map.of(StateSlots.PENDING, pending);
    }

    @Override
    public @Nullable TensorConsensus consensus() {
        return rule.consensus();
    }

    @Override
    public boolean movesAt(long step) {
        return step % interval == 0;
    }

    @Override
    public boolean mergesAt(long step) {
        return movesAt(step) && rule.mergesAt(step);
    }

    /** K steps in one direction at most, spread over K steps on average. */
    @Override
    public ExpectedChange.Size expectedSize(double learningRate) {
        ExpectedChange.Size merge = rule.expectedSize(learningRate * interval);
        return new ExpectedChange.Size(merge.effectiveLearningRate() / interval, merge.delta(), merge.weightedTau());
    }
}

package io.trimtab.merge;

import io.trimtab.merge.consensus.Consensus;
import io.trimtab.merge.consensus.StepAlone;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import java.util.function.DoubleFunction;

/** A merging rule's consensus with the alpha that each tensor has in each step. */
final class TensorConsensus {

    static final Consensus UNTOUCHED = new StepAlone();

    private final TensorScopes scopes;
    private final LearningRateSchedule alpha;
    private final DoubleFunction<Consensus> withAlpha;

    /** @param alpha the factor of alpha at every step */
    TensorConsensus(TensorScopes scopes, LearningRateSchedule alpha, DoubleFunction<Consensus> withAlpha) {
        this.scopes = scopes;
        this.alpha = alpha;
        this.withAlpha = withAlpha;
    }

    Consensus of(int tensor, long step) {
        TensorScope scope = scopes.of(tensor);
        return scope.merged() ? withAlpha.apply(scope.alpha() * alpha.factor(step)) : UNTOUCHED;
    }

    void addTo(Shard weights, Shard delta, Shard tau, long step) {
        for (TensorPart part : weights.layout().parts()) {
            int block = part.block();
            of(part.tensor(), step)
                    .addTo(weights.block(block), delta.block(block), tau.block(block), part.from(), part.to());
        }
    }
}

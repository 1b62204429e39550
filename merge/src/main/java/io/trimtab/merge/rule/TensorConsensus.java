package io.trimtab.merge.rule;

import io.trimtab.merge.consensus.Consensus;
import io.trimtab.merge.consensus.SignVote;
import io.trimtab.merge.consensus.StepAlone;
import io.trimtab.merge.consensus.TileSum;
import io.trimtab.merge.scope.TensorScope;
import io.trimtab.merge.scope.TensorScopes;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.shard.Entries;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.vector.VectorLoops;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Adds the SFT delta and the step by a merging rule's consensus, with the alpha that each tensor has in each step. Threads may work on different
 * tiles.
 */
public final class TensorConsensus {

    private static final Consensus UNTOUCHED = new StepAlone();

    private final TensorScopes scopes;
    private final LearningRateSchedule alpha;
    private final SftDelta tau;
    private final DoubleFunction<Consensus> withAlpha;
    private final ThreadLocal<Tools> tools = ThreadLocal.withInitial(Tools::new);

    /** @param alpha the factor of alpha at every step */
    TensorConsensus(
            TensorScopes scopes, LearningRateSchedule alpha, SftDelta tau, DoubleFunction<Consensus> withAlpha) {
        this.scopes = scopes;
        this.alpha = alpha;
        this.tau = tau;
        this.withAlpha = withAlpha;
    }

    public SftDelta tau() {
        return tau;
    }

    public Consensus of(int tensor, long step) {
        TensorScope scope = scopes.of(tensor);
        return scope.merged() ? withAlpha.apply(scope.alpha() * alpha.factor(step)) : UNTOUCHED;
    }

    /**
     * Adds to the weights of a part a step of many entries.
     *
     * @param smallest magnitude bits of the smallest entry of the step that counts
     */
    void addTo(Shard weights, TensorPart part, Shard delta, long step, int smallest) {
        Tools mine = tools.get();
        Consensus consensus = of(part.tensor(), step);
        int block = part.block();
        for (TensorPart tile : part.tiles()) {
            int from = tile.from();
            int to = tile.to();
            if (mine.loops != null && consensus instanceof SignVote vote) {
                tau.read(tile, mine.tile);
                vote.addTo(mine.loops, weights.block(block), delta.view(block), from, to, mine.tile, smallest);
            } else {
                tau.read(tile, step, mine.taus);
                mine.sum.add(consensus, weights.block(block), delta.view(block), from, to, mine.taus, smallest);
            }
        }
    }

    /** Adds to the weights of a tile a step of which few entries are left. */
    void addTo(Consensus ofTensor, Shard weights, TensorPart tile, Entries delta, long step) {
        Tools mine = tools.get();
        tau.read(tile, step, mine.taus);
        mine.sum.add(ofTensor, weights.block(tile.block()), tile.from(), delta, mine.taus);
    }

    /** What a thread works with. */
    private static final class Tools {
        private final TileSum sum = new TileSum();
        private final Entries taus = new Entries();
        private final float[] tile = new float[TensorPart.TILE];
        private final @Nullable VectorLoops loops = VectorLoops.create();
    }
}

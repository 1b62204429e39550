package io.trimtab.model;

import io.trimtab.model.engine.Tensor;
import io.trimtab.model.engine.TensorScope;
import io.trimtab.model.parts.LayerKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Masks of the blocks of a plan, (B, 1, Tq, Tk): 0 where a query sees a key and a large negative number elsewhere, or empty for plain causal
 * attention, which the engine does faster without. Windows count true positions: a completion's rows continue behind the prompt, wherever
 * they stand in the batch.
 */
final class AttentionMasks {

    private final TensorScope scope;
    private final Tensor like;
    private final boolean always;

    private AttentionMasks(TensorScope scope, Tensor like, boolean always) {
        this.scope = scope;
        this.like = like;
        this.always = always;
    }

    /**
     * One list per kind of layer, a mask per block each; kinds share a mask where their windows hide nothing.
     *
     * @param like any tensor of the decoder's numbers
     */
    static List<List<Tensor>> of(
            TensorScope scope,
            ModelArchitecture model,
            List<LayerKind> kinds,
            List<AttentionPlan.Block> blocks,
            Tensor like) {
        // Capped scores are not what the engine's causal attention computes.
        boolean always = model.parts().attention().softCap() > 0;
        AttentionMasks masks = new AttentionMasks(scope, like, always);
        List<Tensor> unlimited = blocks.stream().map(masks::mask).toList();
        List<List<Tensor>> perKind = new ArrayList<>();
        for (LayerKind kind : kinds) {
            List<Tensor> seen = new ArrayList<>();
            for (int b = 0; b < blocks.size(); b++) {
                AttentionPlan.Block block = blocks.get(b);
                seen.add(block.isCutBy(kind.window()) ? masks.windowed(block, kind.window()) : unlimited.get(b));
            }
            perKind.add(List.copyOf(seen));
        }
        return List.copyOf(perKind);
    }

    private Tensor mask(AttentionPlan.Block block) {
        return block.causal() && !always ? scope.zeros(0) : full(block.explicit());
    }

    private Tensor full(AttentionPlan.Block block) {
        return scope.call("mask")
                .with(scope.longs(block.limits(), block.querySegments(), block.keySegments()))
                .with(block.spans())
                .with(like)
                .tensor();
    }

    private Tensor windowed(AttentionPlan.Block block, int window) {
        return scope.call("window")
                .with(full(block.explicit()))
                .with(scope.longs(block.queryPositions(), block.keyPositions()))
                .with(block.spans())
                .with(window)
                .tensor();
    }
}

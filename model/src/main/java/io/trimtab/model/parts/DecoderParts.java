package io.trimtab.model.parts;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;

/**
 * What a decoder's layers are made of. Common to all: RMSNorm, rotary positions, grouped key/value heads, a gated MLP.
 *
 * @param unitOffsetNorms norms multiply by 1 + weight: Gemma
 * @param layerKinds one per layer, from the bottom
 */
public record DecoderParts(
        Norms norms,
        boolean unitOffsetNorms,
        Projections projections,
        QueryKeyNorm queryKeyNorm,
        Activation activation,
        Attention attention,
        Multipliers multipliers,
        List<LayerKind> layerKinds)
        implements Serializable {

    public DecoderParts {
        requireNonNull(norms, "norms is null");
        requireNonNull(projections, "projections is null");
        requireNonNull(queryKeyNorm, "queryKeyNorm is null");
        requireNonNull(activation, "activation is null");
        requireNonNull(attention, "attention is null");
        requireNonNull(multipliers, "multipliers is null");
        layerKinds = List.copyOf(layerKinds);
        if (projections.fused() && queryKeyNorm != QueryKeyNorm.NONE) {
            throw new IllegalArgumentException("Fused projections with normed queries and keys are not implemented");
        }
    }

    /** Llama without rope scaling and biases. */
    public static DecoderParts llama(int layers, int headSize, double ropeTheta) {
        LayerKind kind = new LayerKind(LayerKind.UNLIMITED, new Rope.Plain(ropeTheta, 1));
        return new DecoderParts(
                Norms.BEFORE,
                false,
                Projections.PLAIN,
                QueryKeyNorm.NONE,
                Activation.SILU,
                Attention.plain(headSize),
                Multipliers.NONE,
                Collections.nCopies(Math.max(0, layers), kind));
    }

    /** The different kinds of layers, in order of appearance. */
    public List<LayerKind> distinctKinds() {
        return layerKinds.stream().distinct().toList();
    }
}

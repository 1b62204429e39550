package io.trimtab.model.parts;

import java.io.Serializable;

/**
 * The matrices of a layer.
 *
 * @param fused queries, keys and values lie in one matrix, gate and up in another: Phi-3
 * @param queryKeyValueBias whether q_proj, k_proj and v_proj have a bias
 * @param outputBias whether o_proj has one
 * @param mlpBias whether gate_proj, up_proj and down_proj have one
 */
public record Projections(boolean fused, boolean queryKeyValueBias, boolean outputBias, boolean mlpBias)
        implements Serializable {

    /** One matrix each, without biases. */
    public static final Projections PLAIN = new Projections(false, false, false, false);

    public Projections {
        if (fused && (queryKeyValueBias || mlpBias)) {
            throw new IllegalArgumentException("Fused projections have no biases here");
        }
    }
}

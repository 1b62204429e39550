package io.trimtab.model.parts;

import java.io.Serializable;

/**
 * Constant factors outside attention.
 *
 * @param embedding of the embeddings: sqrt(hidden size) in Gemma, embedding_multiplier in Granite
 * @param residual of what attention and MLP add to the stream: Granite
 * @param logits of the logits: 1 / logits_scaling in Granite
 * @param logitSoftCap logits l become c tanh(l / c): Gemma 2; 0 for none
 */
public record Multipliers(double embedding, double residual, double logits, double logitSoftCap)
        implements Serializable {

    /** Nothing is multiplied or capped. */
    public static final Multipliers NONE = new Multipliers(1, 1, 1, 0);

    public Multipliers {
        requirePositive("embedding multiplier", embedding);
        requirePositive("residual multiplier", residual);
        requirePositive("logits multiplier", logits);
        requireCap(logitSoftCap);
    }

    static void requirePositive(String name, double value) {
        if (!(value > 0) || !Double.isFinite(value)) {
            throw new IllegalArgumentException("The " + name + " must be positive and finite: " + value);
        }
    }

    static void requireCap(double cap) {
        if (!(cap >= 0) || !Double.isFinite(cap)) {
            throw new IllegalArgumentException("A soft cap must be positive and finite: " + cap);
        }
    }
}

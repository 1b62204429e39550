package io.trimtab.model.parts;

import java.io.Serializable;

/**
 * Scores of attention.
 *
 * @param scale the product of query and key is multiplied by this; 1 / sqrt(head size) unless a family says otherwise
 * @param softCap scores s become c tanh(s / c) before the mask (Gemma 2, arXiv 2408.00118); 0 for none
 */
public record Attention(double scale, double softCap) implements Serializable {

    public Attention {
        Multipliers.requirePositive("attention scale", scale);
        Multipliers.requireCap(softCap);
    }

    /** 1 / sqrt(head size), no cap. */
    public static Attention plain(int headSize) {
        return new Attention(1 / Math.sqrt(headSize), 0);
    }
}

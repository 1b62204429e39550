package io.trimtab.model;

import io.trimtab.model.parts.Activation;
import io.trimtab.model.parts.DecoderParts;

/**
 * What {@code decoder.torchscript} takes beside tensors.
 *
 * @param sizes heads, key/value heads, head size, activation (0 SiLU, 1 GELU by tanh, 2 GELU), padding id or -1
 * @param reals epsilon, what norms add to their weight, scale of scores, their cap or 0, multipliers of residual, embedding and logits, cap
 *     of logits or 0
 */
record ScriptNumbers(long[] sizes, double[] reals) {

    static ScriptNumbers of(ModelArchitecture model) {
        DecoderParts parts = model.parts();
        Integer pad = model.padId();
        return new ScriptNumbers(
                new long[] {
                    model.heads(),
                    model.keyValueHeads(),
                    model.headSize(),
                    code(parts.activation()),
                    pad == null ? -1 : pad
                },
                new double[] {
                    model.rmsNormEpsilon(),
                    parts.unitOffsetNorms() ? 1 : 0,
                    parts.attention().scale(),
                    parts.attention().softCap(),
                    parts.multipliers().residual(),
                    parts.multipliers().embedding(),
                    parts.multipliers().logits(),
                    parts.multipliers().logitSoftCap()
                });
    }

    private static int code(Activation activation) {
        return switch (activation) {
            case SILU -> 0;
            case GELU_TANH -> 1;
            case GELU -> 2;
        };
    }
}

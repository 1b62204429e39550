package io.trimtab.merge.rule;

/**
 * How summed gradients become the one that AdamW sees: {@code g / divisor * factor}.
 *
 * @param divisor the global count of examples, or of tokens
 * @param factor of clipping
 */
public record Averaging(double divisor, double factor) {

    static final Averaging DONE = new Averaging(1.0, 1.0);
}

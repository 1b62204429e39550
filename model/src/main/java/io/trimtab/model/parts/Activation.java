package io.trimtab.model.parts;

/** What the MLP does to its gate. */
public enum Activation {
    SILU,
    /** x times half of 1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)). */
    GELU_TANH,
    /** x times the normal distribution function. */
    GELU
}

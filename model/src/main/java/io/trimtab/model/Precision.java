package io.trimtab.model;

/** Number format of computing. Weights and gradients are kept in {@link #bytes} and read as floats in any. */
public enum Precision {
    /** 32-bit floats throughout. */
    FP32(4),
    /**
     * Operands of the matrix products of layers and head are rounded to bfloat16, weights by {@link DitheredRounding}, and so are their
     * results; all else is FP32: weights, sums of gradients, residual stream, norms, rotary positions, attention, log-softmax.
     */
    BF16(4),
    /** For gradient checks and comparisons with float64 references: twice the memory, several times slower. */
    FP64(8);

    private final int bytes;

    Precision(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of a weight or a gradient. */
    public int bytes() {
        return bytes;
    }
}

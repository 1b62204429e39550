package io.trimtab.model;

/** Number format of weights, activations and gradients. */
public enum Precision {
    /** What training uses. */
    FP32(4),
    /** For gradient checks and comparisons with float64 references: twice the memory, several times slower. */
    FP64(8);

    private final int bytes;

    Precision(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one number. */
    public int bytes() {
        return bytes;
    }
}

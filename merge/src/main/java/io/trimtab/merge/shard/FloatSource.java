package io.trimtab.merge.shard;

/** Floats by position in the flat parameter space, for example the SFT model's weights. Reads may span tensor borders. */
@FunctionalInterface
public interface FloatSource {

    /** Puts the values at {@code offset … offset + length - 1} of the flat space into {@code target}, from {@code at} on. */
    void read(long offset, float[] target, int at, int length);
}

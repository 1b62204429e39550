package io.trimtab.merge.shard;

/** Takes floats by position in the flat parameter space. Writes may span tensor borders. */
@FunctionalInterface
public interface FloatSink {

    /** Stores {@code length} values of {@code source}, from {@code at} on, at {@code offset} of the flat space; keeps no reference to the array. */
    void write(long offset, float[] source, int at, int length);
}

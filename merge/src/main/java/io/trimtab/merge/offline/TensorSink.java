package io.trimtab.merge.offline;

/** A merged model to write to: every entry of every planned tensor is written once, in any order and from several threads. */
@FunctionalInterface
public interface TensorSink {

    /** Writes the first {@code length} values as entries {@code offset} to {@code offset + length - 1} of a tensor. */
    void write(String tensor, long offset, float[] values, int length);
}

package io.trimtab.merge.offline;

import java.util.Map;

/** A finished model to read from. Reading is thread safe. */
public interface TensorSource {

    /** Every tensor by name. */
    Map<String, Shape> shapes();

    /** Copies entries {@code offset} to {@code offset + length - 1} of a tensor to the start of {@code target}. */
    void read(String tensor, long offset, float[] target, int length);
}

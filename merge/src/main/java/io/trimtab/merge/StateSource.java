package io.trimtab.merge;

import java.io.IOException;

/** Gives any range of a saved optimizer state, whatever number of ranks wrote it; offsets are those of the whole flat space. */
public interface StateSource {
    void read(String slot, long offset, float[] target, int at, int length) throws IOException;
}

package io.trimtab.merge;

import java.io.IOException;

/** Optimizer state by position in the flat space, whatever number of ranks wrote it. */
@FunctionalInterface
public interface StateSource {

    void read(String slot, long offset, float[] target, int at, int length) throws IOException;
}

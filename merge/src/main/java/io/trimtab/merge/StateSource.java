package io.trimtab.merge;

import java.io.IOException;
import java.util.Set;

/** Optimizer state by position in the flat space, whatever number of ranks wrote it. */
public interface StateSource {

    /** Names of the parts that are here. */
    Set<String> slots();

    void read(String slot, long offset, float[] target, int at, int length) throws IOException;
}

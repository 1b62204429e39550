package io.trimtab.merge;

import java.io.IOException;

/** Where a rank's part of the optimizer state goes. */
@FunctionalInterface
public interface StateSink {

    /** Stores values of a slot at their position in the flat space; called with ascending offsets per slot. */
    void write(String slot, long offset, float[] source, int at, int length) throws IOException;
}

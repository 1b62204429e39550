package io.trimtab.merge;

import java.io.IOException;

/** Takes one rank's share of the optimizer state, slot by slot; offsets are those of the whole flat space, in rising order. */
public interface StateSink {
    void write(String slot, long offset, float[] source, int at, int length) throws IOException;
}

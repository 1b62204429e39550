package io.trimtab.job.config;

import java.io.Serializable;

/** Ports from {@code first} to {@code last}, both included. */
public record PortRange(int first, int last) implements Serializable {
    public PortRange {
        if (first < 1 || last > 65535 || first > last) {
            throw new IllegalArgumentException("Not a range of ports: " + first + "-" + last);
        }
    }
}

package io.trimtab.job.spark.cluster;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What the machine of this process has, or the container that it runs in. */
public final class MachineMemory {
    public static final long UNKNOWN = Long.MAX_VALUE;

    private MachineMemory() {}

    /** In bytes; {@link #UNKNOWN} where the Java runtime does not tell. */
    public static long bytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : UNKNOWN;
    }
}

package io.trimtab.job.spark;

import io.trimtab.job.spark.cluster.MachineMemory;
import io.trimtab.job.spark.cluster.SparkMaster;
import io.trimtab.job.train.MemoryEstimate;
import java.util.Locale;
import org.apache.spark.SparkConf;

/**
 * Memory that one rank may fill, as far as the driver can know it: on this machine its share of what the driver leaves, on YARN and Kubernetes what
 * the executor asked for outside its heap. On a standalone cluster the machines' size is unknown here and everything fits; each rank asks its own when it starts.
 *
 * @param total bytes of the whole process
 * @param outsideHeap bytes outside the Java heap
 */
record RankMemory(long total, long outsideHeap) {
    private static final long MIB = 1L << 20;

    /** What a driver that plans and waits takes. */
    private static final long DRIVER = 700 * MIB;

    private static final double DEFAULT_OVERHEAD_FACTOR = 0.1;
    private static final long LEAST_OVERHEAD_MIB = 384;
    private static final long UNKNOWN = MachineMemory.UNKNOWN;

    static RankMemory of(SparkConf conf, int ranks) {
        return of(conf, ranks, MachineMemory.bytes());
    }

    static RankMemory of(SparkConf conf, int ranks, long machine) {
        SparkMaster master = SparkMaster.of(conf);
        if (master.isInProcess()) {
            return new RankMemory(machine, UNKNOWN);
        }
        if (master.isLocalCluster()) {
            return new RankMemory((machine - DRIVER) / ranks, UNKNOWN);
        }
        return new RankMemory(UNKNOWN, master.limitsMemory() ? overhead(conf) * MIB : UNKNOWN);
    }

    /** MiB beside an executor's heap, Spark's default where nothing is set. */
    static long overhead(SparkConf conf) {
        if (conf.contains("spark.executor.memoryOverhead")) {
            return conf.getSizeAsMb("spark.executor.memoryOverhead");
        }
        double factor = conf.getDouble("spark.executor.memoryOverheadFactor", DEFAULT_OVERHEAD_FACTOR);
        return Math.max(LEAST_OVERHEAD_MIB, (long) (conf.getSizeAsMb("spark.executor.memory", "1g") * factor));
    }

    boolean fits(MemoryEstimate estimate) {
        return estimate.total() <= total && estimate.outsideHeap() <= outsideHeap;
    }

    @Override
    public String toString() {
        if (total < UNKNOWN) {
            return String.format(Locale.ROOT, "a rank's share of this machine's memory, %,d MiB", total / MIB);
        }
        return String.format(Locale.ROOT, "spark.executor.memoryOverhead, %,d MiB", outsideHeap / MIB);
    }
}

package io.trimtab.job.spark;

import io.trimtab.job.config.ClusterSettings;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.spark.cluster.RankResources;
import io.trimtab.job.spark.cluster.SparkMaster;
import io.trimtab.model.engine.DeviceChoice;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;

/** What can never work on this cluster, said before Spark starts, each with the setting that mends it. */
public final class Preflight {
    /** Lets tests run several ranks as threads of one process, which users may not: they would share one engine's threads. */
    static final String RANKS_IN_PROCESS = "spark.trimtab.ranksInProcess";

    private Preflight() {}

    public static void check(
            SparkConf conf, ClusterSettings cluster, DeviceChoice device, MemoryNeed need, Consumer<String> warnings) {
        SparkMaster master = SparkMaster.of(conf);
        if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
            throw refused(
                    "spark.dynamicAllocation.enabled is true, and all ranks must run at the same time",
                    "--conf spark.dynamicAllocation.enabled=false, with spark.executor.instances=" + cluster.ranks());
        }
        if (conf.getInt("spark.task.cpus", 1) > conf.getInt(RankResources.EXECUTOR_CORES, Integer.MAX_VALUE)) {
            throw refused(
                    "spark.task.cpus is larger than spark.executor.cores",
                    "spark.task.cpus=1: ranks take whole executors by themselves");
        }
        executors(conf, master, cluster);
        heap(conf, master, need);
        overhead(conf, master, need);
        gpus(conf, cluster, device, warnings);
        if (master.isLocalCluster()) {
            coresOfThisMachine(master, cluster, warnings);
        }
    }

    private static void gpus(SparkConf conf, ClusterSettings cluster, DeviceChoice device, Consumer<String> warnings) {
        if (SparkMaster.of(conf).isLocalCluster() || SparkMaster.of(conf).isInProcess()) {
            device.requireLibrary(); // executors here have this process's class path
        }
        int gpus = RankResources.gpus(conf);
        if (gpus > 0 && device == DeviceChoice.CPU) {
            warnings.accept(RankResources.GPU_AMOUNT + " is " + gpus + " and model.device = cpu leaves them idle");
        }
        if (gpus > 1 && device != DeviceChoice.CPU) {
            warnings.accept(
                    RankResources.GPU_AMOUNT + " is " + gpus + " and a rank computes on one: the others stay idle; "
                            + "set it to 1 and cluster.ranks to the number of GPUs");
        }
        if (gpus == 0 && device == DeviceChoice.CUDA && cluster.ranks() > 1) {
            warnings.accept("model.device = cuda and " + RankResources.GPU_AMOUNT
                    + " is not set: ranks on one machine share its" + " first GPU; let Spark assign one to each");
        }
    }

    private static void executors(SparkConf conf, SparkMaster master, ClusterSettings cluster) {
        int ranks = cluster.ranks();
        if (master.isInProcess()) {
            if (ranks > 1 && !conf.getBoolean(RANKS_IN_PROCESS, false)) {
                throw refused(
                        "cluster.ranks is " + ranks + " and master " + master.url() + " has a single process",
                        "cluster.ranks = 1, or no --master at all: then every rank gets a process on this machine");
            }
            return;
        }
        int local = master.localExecutors().orElse(ranks);
        if (local < ranks) {
            throw refused(
                    "cluster.ranks is " + ranks + " and master " + master.url() + " has " + local + " executors",
                    "cluster.ranks = " + local + ", or a local cluster of " + ranks);
        }
        if (!conf.contains(RankResources.EXECUTOR_CORES)) {
            throw refused(
                    "spark.executor.cores is not set, so it is unknown how many cores a rank has",
                    "--conf spark.executor.cores=<cores of one rank>");
        }
        int instances = conf.getInt("spark.executor.instances", ranks);
        if (instances < ranks) {
            throw refused(
                    "cluster.ranks is " + ranks + " and spark.executor.instances " + instances,
                    "--conf spark.executor.instances=" + ranks);
        }
        int cores = conf.getInt(RankResources.EXECUTOR_CORES, 1);
        long most = conf.getLong("spark.cores.max", Long.MAX_VALUE);
        if (most < (long) cores * ranks) {
            throw refused(
                    "cluster.ranks is " + ranks + " with " + cores + " cores each and spark.cores.max is " + most,
                    "--conf spark.cores.max=" + (long) cores * ranks);
        }
    }

    private static void heap(SparkConf conf, SparkMaster master, MemoryNeed need) {
        long given = master.isInProcess()
                ? Runtime.getRuntime().maxMemory() >> 20
                : conf.getSizeAsMb("spark.executor.memory", "1g");
        if (given < need.heapMiB()) {
            String key = master.isInProcess() ? "--driver-memory " : "--conf spark.executor.memory=";
            throw refused(
                    "a rank needs about " + need.heapMiB()
                            + " MiB of heap for its share of the optimizer state and has " + given + " MiB",
                    key + need.heapMiB() * 5 / 4 + "m, or more cluster.ranks");
        }
    }

    private static void overhead(SparkConf conf, SparkMaster master, MemoryNeed need) {
        if (!master.limitsMemory()) {
            return;
        }
        long given = RankMemory.overhead(conf);
        if (given < need.overheadMiB()) {
            throw refused(
                    "a rank needs about " + need.overheadMiB()
                            + " MiB outside the heap for the model's weights, gradients and activations and has "
                            + given
                            + " MiB",
                    "--conf spark.executor.memoryOverhead=" + need.overheadMiB() * 5 / 4
                            + "m, or a smaller training.micro-batch-tokens");
        }
    }

    private static void coresOfThisMachine(SparkMaster master, ClusterSettings cluster, Consumer<String> warnings) {
        int cores = Runtime.getRuntime().availableProcessors();
        int wanted = cluster.ranks() * master.localCores().orElse(1);
        if (wanted > cores) {
            warnings.accept(cluster.ranks() + " ranks want " + wanted + " threads and this machine has " + cores
                    + " cores: they will wait for each other");
        }
    }

    private static RefusedException refused(String why, String remedy) {
        return new RefusedException("Cannot train on this cluster: " + why + "; set " + remedy);
    }
}

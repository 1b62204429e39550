package io.trimtab.job.spark.cluster;

import java.io.Serializable;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import org.jspecify.annotations.Nullable;

/**
 * What one rank, and one scoring task, occupies: a whole executor, so that one process has one training thread and one device. Preparation
 * runs a task per core beside it, which {@code spark.task.cpus} for the whole application would forbid.
 *
 * @param executorCores 0 under a {@code local[n]} master, which has no executors to fill
 * @param threads of the engine inside a task
 */
public record RankResources(int executorCores, boolean gpu, int threads) implements Serializable {
    public static final String EXECUTOR_CORES = "spark.executor.cores";
    public static final String GPU_AMOUNT = "spark.executor.resource.gpu.amount";

    /**
     * What the application was started with.
     *
     * @param threadsPerRank {@code cluster.threads-per-rank}; 0: as many as the executor has cores
     */
    public static RankResources of(SparkConf conf, int threadsPerRank) {
        if (SparkMaster.of(conf).isInProcess()) {
            return new RankResources(0, false, Math.max(1, threadsPerRank));
        }
        int cores = conf.getInt(EXECUTOR_CORES, 1);
        boolean gpu = gpus(conf) > 0;
        return new RankResources(cores, gpu, threadsPerRank > 0 ? threadsPerRank : cores);
    }

    /** GPUs that an executor asks Spark for. */
    public static int gpus(SparkConf conf) {
        return conf.getInt(GPU_AMOUNT, 0);
    }

    /** Null where tasks take what {@code spark.task.cpus} says. */
    @Nullable
    public ResourceProfile profile() {
        if (executorCores == 0) {
            return null;
        }
        TaskResourceRequests requests = new TaskResourceRequests().cpus(executorCores);
        return new ResourceProfileBuilder()
                .require(gpu ? requests.resource("gpu", 1) : requests)
                .build();
    }
}

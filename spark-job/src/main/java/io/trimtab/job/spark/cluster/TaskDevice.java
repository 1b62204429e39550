package io.trimtab.job.spark.cluster;

import io.trimtab.model.engine.Device;
import io.trimtab.model.engine.DeviceChoice;
import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/**
 * Where a task computes: found out by the task itself, as it alone knows which GPU Spark assigned to it and what its process sees.
 *
 * @param device to compute on
 * @param line for the run's log
 */
public record TaskDevice(Device device, String line) {
    private static final String RESOURCE = "gpu";

    /**
     * To be called in the task.
     *
     * @throws io.trimtab.model.engine.DeviceException where a GPU is asked for and cannot be used
     */
    public static TaskDevice of(DeviceChoice choice) {
        Optional<String> assigned = assigned(TaskContext.get());
        Device device = choice.device(assigned);
        return new TaskDevice(device, choice.line(device, assigned));
    }

    private static Optional<String> assigned(TaskContext context) {
        ResourceInformation gpus = context.resourcesJMap().get(RESOURCE);
        return Optional.ofNullable(gpus)
                .flatMap(some -> Arrays.stream(some.addresses()).findFirst());
    }

    /**
     * What the driver can tell before any task runs: whether ranks will compute on GPUs. Without GPUs from Spark, auto is taken for the CPU, which
     * counts the machine's memory too high rather than too low.
     */
    public static Device expected(DeviceChoice choice, SparkConf conf) {
        boolean gpu = choice == DeviceChoice.CUDA || (choice == DeviceChoice.AUTO && RankResources.gpus(conf) > 0);
        return gpu ? Device.cuda(0) : Device.CPU;
    }
}

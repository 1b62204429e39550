package io.trimtab.job.spark.ranks;

import io.trimtab.job.config.RefusedException;
import io.trimtab.job.spark.cluster.MachineMemory;
import io.trimtab.job.spark.cluster.SparkMaster;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;

/** Whether the ranks of one host fit into its memory together, asked by each of them where the driver cannot know: on a standalone cluster. */
final class HostMemory {
    private HostMemory() {}

    static void requireRoom(BarrierTaskContext context, long bytesOfARank) {
        if (SparkMaster.of(SparkEnv.get().conf()).isStandalone()) {
            List<String> hosts = Arrays.stream(context.getTaskInfos())
                    .map(info -> RankOrder.host(info.address()))
                    .toList();
            String host = hosts.get(context.partitionId());
            requireRoom(host, Collections.frequency(hosts, host), bytesOfARank, MachineMemory.bytes());
        }
    }

    static void requireRoom(String host, int ranks, long bytesOfARank, long machine) {
        if (bytesOfARank > machine / ranks) {
            throw new RefusedException(String.format(
                    Locale.ROOT,
                    "Cannot train on this cluster: host %s has %,d MiB of memory and %d rank(s), which need about %,d MiB"
                            + " each; set a smaller training.micro-batch-tokens, or let fewer executors run on it"
                            + " (spark.executor.cores)",
                    host,
                    machine >> 20,
                    ranks,
                    bytesOfARank >> 20));
        }
    }
}

package io.trimtab.job.spark.ranks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.BarrierTaskInfo;

/**
 * Which task of a barrier stage is which rank: tasks of one host stand side by side in the ring, so that its links cross the network once per host. Spark
 * hands out partitions in any order. Every task finds the same order, because all see the same addresses.
 *
 * @param partitions by rank
 */
record RankOrder(List<Integer> partitions) {
    RankOrder {
        partitions = List.copyOf(partitions);
    }

    static RankOrder of(BarrierTaskContext context) {
        return byHost(Arrays.stream(context.getTaskInfos())
                .map(BarrierTaskInfo::address)
                .map(RankOrder::host)
                .toList());
    }

    /** By name of the host, then by partition: on one host the rank is the partition. */
    static RankOrder byHost(List<String> hostsByPartition) {
        return new RankOrder(IntStream.range(0, hostsByPartition.size())
                .boxed()
                .sorted(Comparator.<Integer, String>comparing(hostsByPartition::get)
                        .thenComparing(Comparator.naturalOrder()))
                .toList());
    }

    /** Of Spark's {@code host:port}; the host of IPv6 has colons of its own. */
    static String host(String address) {
        int colon = address.lastIndexOf(':');
        return colon < 0 ? address : address.substring(0, colon);
    }

    int rankOf(int partition) {
        return partitions.indexOf(partition);
    }

    /** What was gathered by partition, by rank. */
    <T> List<T> byRank(List<T> byPartition) {
        List<T> sorted = new ArrayList<>();
        for (int partition : partitions) {
            sorted.add(byPartition.get(partition));
        }
        return sorted;
    }
}

package io.trimtab.job.spark.ranks;

import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.ClusterSettings;
import io.trimtab.job.config.PortRange;
import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.allreduce.RingCollective;
import io.trimtab.merge.allreduce.RingSettings;
import io.trimtab.merge.allreduce.Solo;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import org.jspecify.annotations.Nullable;

/** Brings the ranks of a barrier stage together: one {@code allGather} for the addresses, sockets from then on. */
final class RankRing {
    private RankRing() {}

    /** @param token of the segment: a rank of an earlier one is not let in */
    static Collective join(BarrierTaskContext context, ClusterSettings cluster, int ranks, String token)
            throws IOException {
        if (ranks == 1) {
            return new Solo();
        }
        RankOrder order = RankOrder.of(context);
        String host = RankOrder.host(context.getTaskInfos()[context.partitionId()].address());
        ServerSocketChannel mine = listen(host, cluster.portRange());
        try {
            int port = ((InetSocketAddress) mine.getLocalAddress()).getPort();
            String[] addresses = context.allGather(host + " " + port);
            return RingCollective.connect(
                    order.rankOf(context.partitionId()),
                    order.byRank(parse(addresses)),
                    mine,
                    token.getBytes(StandardCharsets.UTF_8),
                    new RingSettings(cluster.barrierTimeout(), cluster.idleTimeout()));
        } catch (RuntimeException | IOException e) {
            mine.close();
            throw e;
        }
    }

    private static List<InetSocketAddress> parse(String[] addresses) {
        List<InetSocketAddress> parsed = new ArrayList<>();
        for (String address : addresses) {
            int space = address.indexOf(' ');
            parsed.add(
                    new InetSocketAddress(address.substring(0, space), Integer.parseInt(address.substring(space + 1))));
        }
        return parsed;
    }

    /** On the executor's own address alone; on the first free port of the range. */
    static ServerSocketChannel listen(String host, @Nullable PortRange range) throws IOException {
        if (range == null) {
            return ServerSocketChannel.open().bind(new InetSocketAddress(host, 0));
        }
        for (int port = range.first(); port <= range.last(); port++) {
            ServerSocketChannel channel = ServerSocketChannel.open();
            try {
                return channel.bind(new InetSocketAddress(host, port));
            } catch (BindException e) {
                channel.close();
            }
        }
        throw new ClusterException("Cannot listen on host " + host + ": every port of cluster.port-range "
                + range.first() + "-" + range.last()
                + " is taken; widen it to one port per rank of a host, and some for earlier attempts");
    }
}

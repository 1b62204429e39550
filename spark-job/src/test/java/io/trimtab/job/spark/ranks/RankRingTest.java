package io.trimtab.job.spark.ranks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.PortRange;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;

class RankRingTest {
    private static final String HOST = "127.0.0.1";

    @Test
    void aRankListensOnItsExecutorsAddressAlone() throws IOException {
        try (ServerSocketChannel channel = RankRing.listen(HOST, null)) {
            assertThat(address(channel).getAddress().getHostAddress()).isEqualTo(HOST);
            assertThat(address(channel).getPort()).isPositive();
        }
    }

    @Test
    void aTakenPortOfTheRangeIsPassedOver() throws IOException {
        try (ServerSocketChannel first = twoFreePorts()) {
            int port = address(first).getPort();
            try (ServerSocketChannel second = RankRing.listen(HOST, new PortRange(port, port + 1))) {
                assertThat(address(second).getPort()).isEqualTo(port + 1);
            }
        }
    }

    @Test
    void aFullRangeIsNamed() throws IOException {
        try (ServerSocketChannel only = RankRing.listen(HOST, null)) {
            int port = address(only).getPort();
            assertThatThrownBy(() -> RankRing.listen(HOST, new PortRange(port, port)))
                    .isInstanceOf(ClusterException.class)
                    .hasMessageContaining("Cannot listen on host " + HOST)
                    .hasMessageContaining("cluster.port-range " + port + "-" + port + " is taken");
        }
    }

    /** Spark may place tasks in turn: a, b, a, b. */
    @Test
    void ranksOfOneHostAreNeighbours() {
        RankOrder order = RankOrder.byHost(List.of("b", "a", "b", "a", "c"));
        assertThat(order.partitions()).containsExactly(1, 3, 0, 2, 4);
        assertThat(order.rankOf(0)).isEqualTo(2);
        assertThat(order.byRank(List.of("b 0", "a 1", "b 2", "a 3", "c 4")))
                .containsExactly("a 1", "a 3", "b 0", "b 2", "c 4");
    }

    @Test
    void onOneHostTheRankIsThePartition() {
        assertThat(RankOrder.byHost(List.of("h", "h", "h")).partitions()).containsExactly(0, 1, 2);
    }

    @Test
    void hostsOfIpv6KeepTheirColons() {
        assertThat(RankOrder.host("fe80::1:7077")).isEqualTo("fe80::1");
        assertThat(RankOrder.host("node-3:7077")).isEqualTo("node-3");
        assertThat(RankOrder.host("node-3")).isEqualTo("node-3");
    }

    /** Listens on a port whose successor is free. */
    private static ServerSocketChannel twoFreePorts() throws IOException {
        while (true) {
            ServerSocketChannel channel = RankRing.listen(HOST, null);
            int port = address(channel).getPort();
            if (port < 65535 && isFree(port + 1)) {
                return channel;
            }
            channel.close();
        }
    }

    private static boolean isFree(int port) throws IOException {
        try (ServerSocketChannel channel = RankRing.listen(HOST, new PortRange(port, port))) {
            return channel.isOpen();
        } catch (ClusterException taken) {
            return false;
        }
    }

    private static InetSocketAddress address(ServerSocketChannel channel) throws IOException {
        return (InetSocketAddress) channel.getLocalAddress();
    }
}

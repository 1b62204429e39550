package io.trimtab.merge.allreduce;

import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;

/** Ranks in a ring of sockets. */
public final class RingCollective {

    private RingCollective() {}

    /**
     * Joins the ring; all ranks call it at about the same time.
     *
     * @param addresses where each rank listens, in rank order
     * @param mine this rank's listening socket; closed here
     * @param token known to the ranks of this run only
     * @param connectTimeout for the whole ring to stand
     * @param idleTimeout a peer without a sign of life for this long is lost
     */
    public static Collective connect(
            int rank,
            List<InetSocketAddress> addresses,
            ServerSocketChannel mine,
            byte[] token,
            Duration connectTimeout,
            Duration idleTimeout) {
        throw new UnsupportedOperationException("being written");
    }
}

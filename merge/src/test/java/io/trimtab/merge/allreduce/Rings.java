package io.trimtab.merge.allreduce;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Rings of threads that talk over loopback sockets. */
public final class Rings {

    static final byte[] TOKEN = "a token of 32 bytes, from driver".getBytes(StandardCharsets.US_ASCII);
    static final Duration PATIENT = Duration.ofSeconds(15);

    private Rings() {}

    static ServerSocketChannel listen() throws IOException {
        return ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    static List<ServerSocketChannel> listen(int worldSize) throws IOException {
        List<ServerSocketChannel> sockets = new ArrayList<>();
        for (int rank = 0; rank < worldSize; rank++) {
            sockets.add(listen());
        }
        return sockets;
    }

    static InetSocketAddress address(ServerSocketChannel socket) throws IOException {
        return (InetSocketAddress) socket.getLocalAddress();
    }

    static List<InetSocketAddress> addresses(List<ServerSocketChannel> sockets) throws IOException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (ServerSocketChannel socket : sockets) {
            addresses.add(address(socket));
        }
        return addresses;
    }

    public static List<Collective> ring(int worldSize) throws Exception {
        return ring(listen(worldSize), PATIENT);
    }

    static RingSettings byTcp() {
        return new RingSettings(PATIENT, PATIENT, false);
    }

    /** All ranks on these sockets, connected. */
    static List<Collective> ring(List<ServerSocketChannel> sockets, Duration idleTimeout) throws Exception {
        return ring(sockets, new RingSettings(PATIENT, idleTimeout));
    }

    static List<Collective> ring(List<ServerSocketChannel> sockets, RingSettings settings) throws Exception {
        List<InetSocketAddress> addresses = addresses(sockets);
        ExecutorService threads = Executors.newFixedThreadPool(sockets.size());
        try {
            List<Future<Collective>> joining = new ArrayList<>();
            for (int rank = 0; rank < sockets.size(); rank++) {
                int mine = rank;
                joining.add(threads.submit(
                        () -> RingCollective.connect(mine, addresses, sockets.get(mine), TOKEN, settings)));
            }
            List<Collective> ring = new ArrayList<>();
            for (Future<Collective> one : joining) {
                ring.add(one.get(PATIENT.toSeconds(), TimeUnit.SECONDS));
            }
            return ring;
        } finally {
            threads.shutdownNow();
        }
    }
}

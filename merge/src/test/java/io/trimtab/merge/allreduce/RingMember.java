package io.trimtab.merge.allreduce;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A rank in a process of its own, for tests that end or stop it: adds up without end, and prints what ended it. Arguments: rank, idle milliseconds, ports. */
final class RingMember {

    private RingMember() {}

    public static void main(String[] arguments) throws Exception {
        int rank = Integer.parseInt(arguments[0]);
        Duration idle = Duration.ofMillis(Long.parseLong(arguments[1]));
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (int i = 2; i < arguments.length; i++) {
            addresses.add(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[i])));
        }
        ServerSocketChannel mine = ServerSocketChannel.open().bind(addresses.get(rank));
        RingSettings settings = new RingSettings(Rings.PATIENT, idle);
        try (Collective ring = RingCollective.connect(rank, addresses, mine, Rings.TOKEN, settings)) {
            System.out.println("joined");
            while (true) {
                ring.sum(new double[100_000]);
            }
        } catch (PeerLostException e) {
            System.out.println("lost rank " + e.peer() + " on host " + e.host());
        }
    }
}

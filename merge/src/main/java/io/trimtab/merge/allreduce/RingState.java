package io.trimtab.merge.allreduce;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Whether the ring still works, shared by the rank's two threads. The first loss counts: later ones follow from it. */
final class RingState {

    private final int rank;
    private final List<InetSocketAddress> addresses;
    private volatile boolean closed;
    private volatile @Nullable PeerLostException loss;

    RingState(int rank, List<InetSocketAddress> addresses) {
        this.rank = rank;
        this.addresses = List.copyOf(addresses);
    }

    int rank() {
        return rank;
    }

    int worldSize() {
        return addresses.size();
    }

    int next() {
        return (rank + 1) % worldSize();
    }

    int previous() {
        return (rank + worldSize() - 1) % worldSize();
    }

    InetSocketAddress address(int peer) {
        return addresses.get(peer);
    }

    @Nullable
    PeerLostException loss() {
        return loss;
    }

    void close() {
        closed = true;
    }

    boolean works() {
        return !closed && loss == null;
    }

    /** Throws what stopped the ring, on the thread that uses it. */
    void requireWorking() {
        if (closed) {
            throw new CancellationException("Collective of rank %d is closed".formatted(rank));
        }
        PeerLostException first = loss;
        if (first != null) {
            throw new PeerLostException(rank, first.peer(), first.host(), first.reason(), first);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("Rank %d was interrupted in a collective operation".formatted(rank));
        }
    }

    /** Notes a loss unless one is known, or this rank itself has closed. */
    synchronized void lose(int peer, String reason, @Nullable Throwable cause) {
        if (works()) {
            int named = Math.floorMod(peer, worldSize());
            loss = new PeerLostException(rank, named, address(named).getHostString(), reason, cause);
        }
    }
}

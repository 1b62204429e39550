package io.trimtab.merge.allreduce;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.shard.FloatSink;
import io.trimtab.merge.shard.FloatSource;
import io.trimtab.merge.shard.Range;
import io.trimtab.merge.shard.Shard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Ranks in a ring of TCP connections. Each operation sends one chunk per rank, in segments of 256 KiB, from rank to rank until everybody has what it
 * needs: two times (R - 1)/R of the data per step of the training, in each direction, whatever R is. Segments of different hops are interleaved, so a rank holds
 * a bounded number of segments and never a copy of the model.
 *
 * <p>A dead, frozen or leaving peer ends the operation on every rank with a {@link PeerLostException} that names it.
 */
public final class RingCollective implements Collective {

    /** Segments sent ahead of those received. */
    private static final int AHEAD = 14;

    private final RingState state;
    private final Incoming incoming;
    private final Outgoing outgoing;
    private final int lag;
    private int operations;

    private RingCollective(RingState state, Incoming incoming, Outgoing outgoing) {
        this.state = state;
        this.lag = lag(state.worldSize());
        this.incoming = incoming;
        this.outgoing = outgoing;
    }

    /**
     * Joins the ring; all ranks call it at about the same time. Starts one daemon thread.
     *
     * @param addresses where each rank listens, in rank order
     * @param mine this rank's listening socket; closed here
     * @param token known to the ranks of this run alone
     * @throws PeerLostException naming the neighbour that could not be reached or did not call
     */
    public static Collective connect(
            int rank,
            List<InetSocketAddress> addresses,
            ServerSocketChannel mine,
            byte[] token,
            RingSettings settings) {
        if (rank < 0 || rank >= addresses.size()) {
            throw new IllegalArgumentException(
                    "Cannot join a ring of %d ranks as rank %d".formatted(addresses.size(), rank));
        }
        requireNonNull(mine, "mine is null");
        RingState state = new RingState(rank, addresses);
        try {
            if (addresses.size() == 1) {
                mine.close();
                return new Solo();
            }
            return open(state, Links.join(state, mine, token, settings), settings.idleTimeout());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot join the ring as rank " + rank, e);
        }
    }

    /**
     * A segment goes on to the next rank this many segments after it came: just so many that it has come when it is its turn, {@code lag (R - 1) - 1 > AHEAD}, since each of
     * them takes a frame on every hop. With two ranks nothing goes on.
     */
    private static int lag(int worldSize) {
        int hops = Math.max(2, worldSize - 1);
        return (AHEAD + 2 + hops - 1) / hops;
    }

    /** How many frames a rank may have in use at once. */
    static int frames(int worldSize) {
        return 2 * AHEAD + (lag(worldSize) + 1) * worldSize;
    }

    /** What a rank holds outside the heap for segments in use: those it sends and the one it reads. */
    public static long bytesInUse(int worldSize) {
        return worldSize == 1 ? 0 : (frames(worldSize) + 1L) * Wire.SEGMENT_BYTES;
    }

    private static RingCollective open(RingState state, Links links, Duration idleTimeout) throws IOException {
        Incoming incoming = Incoming.open(state, links, idleTimeout);
        FrameSupply supply = links.toNext()
                .map(FrameSupply::inSlots)
                .orElseGet(() -> FrameSupply.travelling(frames(state.worldSize())));
        return new RingCollective(state, incoming, Outgoing.start(state, links, idleTimeout, supply, incoming::wakeUp));
    }

    @Override
    public int rank() {
        return state.rank();
    }

    @Override
    public int worldSize() {
        return state.worldSize();
    }

    @Override
    public double[] sum(double[] values) {
        SumCargo cargo = new SumCargo(values, state.rank(), state.worldSize());
        circulate(Wire.SUM, state.rank(), cargo);
        return cargo.sum();
    }

    /** The chunk of rank r sets out from rank r + 1 and so arrives, complete, at rank r. */
    @Override
    public void reduceScatter(FloatSource local, Shard into, Range bucket) {
        circulate(Wire.REDUCE_SCATTER, state.previous(), new ReduceCargo(local, into, bucket));
    }

    @Override
    public void allGather(Shard shard, FloatSink sink) {
        circulate(Wire.ALL_GATHER, state.rank(), new GatherCargo(shard, sink));
    }

    /**
     * Sends and receives all segments of all hops in one fixed order, the same on every rank: wave after wave, where wave w holds segment {@code w - lag
     * h} of every hop h, late hops first. At most {@code AHEAD} segments are sent before the matching one has been received. Nobody can be stuck:
     * whoever waits to send waits for a rank that is behind in this order, and the one furthest behind has all it needs.
     *
     * @param firstChunk the chunk this rank sends on hop 0; on hop h it sends the one h before it
     */
    private void circulate(int kind, int firstChunk, Cargo cargo) {
        int hops = state.worldSize() - 1;
        long events = (cargo.cut().segments() + (long) lag * (hops - 1)) * hops;
        Circulation circulation = new Circulation(kind, ++operations, firstChunk, cargo, hops);
        outgoing.begin(operations);
        incoming.startWaiting();
        for (long event = 0; event < events + AHEAD; event++) {
            if (event < events) {
                circulation.send(event);
            }
            if (event >= AHEAD) {
                circulation.receive(event - AHEAD);
            }
        }
        outgoing.finish(operations);
    }

    /** Never throws for a peer's fault; a waiting rank is woken, peers find the connection closed. */
    @Override
    public void close() {
        state.close();
        incoming.wakeUp();
        try {
            outgoing.close();
            incoming.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot close the ring of rank " + state.rank(), e);
        }
    }

    /** One operation under way. */
    private final class Circulation {

        private final int kind;
        private final int operation;
        private final int firstChunk;
        private final Cargo cargo;
        private final int hops;

        /** By hop: what has come and is to go on, in the order of segments. */
        private final List<Queue<Frame>> held = new ArrayList<>();

        Circulation(int kind, int operation, int firstChunk, Cargo cargo, int hops) {
            this.kind = kind;
            this.operation = operation;
            this.firstChunk = firstChunk;
            this.cargo = cargo;
            this.hops = hops;
            for (int hop = 0; hop < hops; hop++) {
                held.add(new ArrayDeque<>());
            }
        }

        private int hop(long event) {
            return hops - 1 - (int) (event % hops);
        }

        private int segment(long event) {
            return (int) (event / hops) - lag * hop(event);
        }

        private int chunk(int hopsDone) {
            return Math.floorMod(firstChunk - hopsDone, worldSize());
        }

        void send(long event) {
            int hop = hop(event);
            int segment = segment(event);
            int bytes = bytes(chunk(hop), segment);
            if (bytes == 0) {
                return;
            }
            if (hop > 0) {
                outgoing.send(held.get(hop).remove());
                return;
            }
            Frame frame = outgoing.frame(kind, operation, bytes);
            cargo.load(chunk(0), segment, frame.body());
            outgoing.send(frame);
        }

        void receive(long event) {
            int hop = hop(event);
            int segment = segment(event);
            int chunk = chunk(hop + 1);
            int bytes = bytes(chunk, segment);
            if (bytes == 0) {
                return;
            }
            ByteBuffer in = incoming.next(kind, operation, bytes);
            if (hop + 1 < hops) {
                Frame onward = outgoing.frame(kind, operation, bytes);
                cargo.arrive(chunk, segment, in, onward.body());
                held.get(hop + 1).add(onward);
            } else {
                cargo.arrive(chunk, segment, in, null);
            }
            incoming.taken();
        }

        private int bytes(int chunk, int segment) {
            return segment < 0 || segment >= cargo.cut().segments()
                    ? 0
                    : cargo.cut().bytes(chunk, segment);
        }
    }
}

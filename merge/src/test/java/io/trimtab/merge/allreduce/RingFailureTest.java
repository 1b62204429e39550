package io.trimtab.merge.allreduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.merge.shard.Shard;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the ring does when somebody does not play along. Every wait has a deadline; nothing waits for time to pass but timeouts under test. */
class RingFailureTest {

    private static final Duration SHORT = Duration.ofMillis(400);

    /** Living threads that wait for a processor on a busy machine must not look frozen. */
    private static final Duration IDLE = Duration.ofSeconds(1);

    private static final byte[] OTHER_TOKEN = "the token of another run".getBytes(StandardCharsets.US_ASCII);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<AutoCloseable> toClose = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable one : toClose) {
            one.close();
        }
        threads.shutdownNow();
    }

    @Test
    void strangersCannotHoldUpOrEnterTheRing() throws Exception {
        List<ServerSocketChannel> sockets = Rings.listen(2);
        Socket silent = stranger(sockets.get(1));
        Socket loud = stranger(sockets.get(1));
        loud.getOutputStream()
                .write("GET / HTTP/1.1\r\nHost: a long enough line to fill a whole handshake\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        Socket gone = stranger(sockets.get(0));
        gone.close();
        List<Collective> ring = joined(Rings.ring(sockets, Rings.PATIENT));
        assertThat(sumOnAll(ring)).containsOnly(3.0);
        assertThat(silent.getInputStream().read()).isEqualTo(-1);
        assertThat(readToEnd(loud)).isTrue();
    }

    /** A rank of another run, or one that does not know the token. */
    @Test
    void callerWithAWrongTokenIsTurnedAway() throws Exception {
        List<ServerSocketChannel> sockets = Rings.listen(2);
        SocketChannel impostor = SocketChannel.open(Rings.address(sockets.get(1)));
        toClose.add(impostor);
        impostor.write(new Handshake(OTHER_TOKEN, 2).hello(0, 1));
        List<Collective> ring = joined(Rings.ring(sockets, Rings.PATIENT));
        assertThat(sumOnAll(ring)).containsOnly(3.0);
        assertThat(impostor.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void ranksOfDifferentRunsDoNotJoin() throws Exception {
        List<ServerSocketChannel> sockets = Rings.listen(2);
        List<InetSocketAddress> addresses = Rings.addresses(sockets);
        Future<Throwable> ours = threads.submit(() -> catchThrowable(() ->
                RingCollective.connect(0, addresses, sockets.get(0), Rings.TOKEN, new RingSettings(SHORT, SHORT))));
        Throwable theirs = catchThrowable(() ->
                RingCollective.connect(1, addresses, sockets.get(1), OTHER_TOKEN, new RingSettings(SHORT, SHORT)));
        assertThat(theirs)
                .isInstanceOf(PeerLostException.class)
                .hasMessageContaining("Cannot go on as rank 1: lost rank 0 on host");
        assertThat(get(ours))
                .isInstanceOf(PeerLostException.class)
                .hasMessageContaining("Cannot go on as rank 0: lost rank 1 on host");
    }

    @Test
    void strangerBehindThePeersAddressIsRefused() throws Exception {
        List<ServerSocketChannel> sockets = Rings.listen(2);
        List<InetSocketAddress> addresses = Rings.addresses(sockets);
        Future<Throwable> rank = threads.submit(() -> catchThrowable(() -> RingCollective.connect(
                0, addresses, sockets.get(0), Rings.TOKEN, new RingSettings(Rings.PATIENT, SHORT))));
        SocketChannel called = sockets.get(1).accept();
        toClose.add(called);
        SocketChannel caller = SocketChannel.open(addresses.get(0));
        toClose.add(caller);
        caller.write(new Handshake(Rings.TOKEN, 2).hello(1, 0));
        called.write(new Handshake(OTHER_TOKEN, 2).hello(1, 0));
        assertThat(get(rank)).hasMessageContaining("lost rank 1").hasMessageContaining("does not belong to this run");
    }

    /** A rank that shook hands and then sends anything but frames; and one whose stream ends inside a frame. */
    @ParameterizedTest
    @ValueSource(ints = {0, 7, 16, 20})
    void brokenStreamEndsTheOperationAndChangesNothing(int bytesBeforeItEnds) throws Exception {
        List<ServerSocketChannel> sockets = Rings.listen(2);
        List<InetSocketAddress> addresses = Rings.addresses(sockets);
        Future<Links> links = threads.submit(
                () -> Links.join(new RingState(1, addresses), sockets.get(1), Rings.TOKEN, Rings.byTcp()));
        double[] mine = {1.0};
        Future<Throwable> rank = threads.submit(() -> catchThrowable(() -> {
            try (Collective collective =
                    RingCollective.connect(0, addresses, sockets.get(0), Rings.TOKEN, Rings.byTcp())) {
                collective.sum(mine);
            }
        }));
        SocketChannel next = get(links).next();
        toClose.add(get(links).previous());
        ByteBuffer frame =
                Wire.buffer(24).putInt(Wire.SUM).putInt(1).putInt(Double.BYTES).putInt(Wire.IN_STREAM);
        next.write(frame.position(0).limit(bytesBeforeItEnds));
        next.close();
        assertThat(get(rank)).isInstanceOf(PeerLostException.class).hasMessageContaining("lost rank 1");
        assertThat(mine).containsExactly(1.0);
    }

    @ParameterizedTest
    @ValueSource(longs = {0L, -1L, 0x7fffffff7fffffffL, 0x0000000200000001L})
    void garbageInTheStreamEndsTheOperation(long garbage) throws Exception {
        List<ServerSocketChannel> sockets = Rings.listen(2);
        List<InetSocketAddress> addresses = Rings.addresses(sockets);
        Future<Links> links = threads.submit(
                () -> Links.join(new RingState(1, addresses), sockets.get(1), Rings.TOKEN, Rings.byTcp()));
        Future<Throwable> rank = threads.submit(() -> catchThrowable(() -> {
            try (Collective collective =
                    RingCollective.connect(0, addresses, sockets.get(0), Rings.TOKEN, Rings.byTcp())) {
                collective.sum(new double[] {1.0});
            }
        }));
        toClose.add(get(links).next());
        toClose.add(get(links).previous());
        ByteBuffer frame = Wire.buffer(16).putLong(garbage).putLong(garbage).flip();
        get(links).next().write(frame);
        assertThat(get(rank)).isInstanceOf(IllegalStateException.class).hasMessageContaining("ranks are out of step");
    }

    @Test
    void absentPeerIsNamedAfterTheTimeout() throws Exception {
        List<ServerSocketChannel> sockets = Rings.listen(3);
        List<InetSocketAddress> addresses = Rings.addresses(sockets);
        sockets.get(1).close();
        assertThatThrownBy(() -> RingCollective.connect(
                        0, addresses, sockets.get(0), Rings.TOKEN, new RingSettings(SHORT, SHORT)))
                .isInstanceOf(PeerLostException.class)
                .hasMessageContaining("lost rank 1 on host " + addresses.get(1).getHostString())
                .hasMessageContaining("it cannot be reached")
                .hasMessageContaining("within 0.4 s");
        sockets.get(2).close();
    }

    @Test
    void callerThatNeverComesIsNamedAfterTheTimeout() throws Exception {
        List<ServerSocketChannel> sockets = Rings.listen(3);
        List<InetSocketAddress> addresses = Rings.addresses(sockets);
        assertThatThrownBy(() -> RingCollective.connect(
                        0, addresses, sockets.get(0), Rings.TOKEN, new RingSettings(SHORT, SHORT)))
                .hasMessageContaining("lost rank 2")
                .hasMessageContaining("it did not call within 0.4 s");
        sockets.get(1).close();
        sockets.get(2).close();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void everyRankNamesTheOneThatDied(int worldSize) throws Exception {
        List<Collective> ring = joined(Rings.ring(Rings.listen(worldSize), Rings.PATIENT));
        int dead = 1;
        List<Future<Throwable>> others = new ArrayList<>();
        for (int rank = 0; rank < worldSize; rank++) {
            Collective collective = ring.get(rank);
            if (rank != dead) {
                others.add(threads.submit(() -> catchThrowable(() -> sumForever(collective))));
            }
        }
        ring.get(dead).close();
        for (Future<Throwable> other : others) {
            assertThat(get(other)).isInstanceOf(PeerLostException.class);
            assertThat(((PeerLostException) get(other)).peer()).isEqualTo(dead);
            assertThat(((PeerLostException) get(other)).host()).isEqualTo("127.0.0.1");
        }
    }

    /** A rank that dies in the middle of moving 64 MiB, while others read and write. */
    @Test
    void deathInTheMiddleOfAReductionEndsIt() throws Exception {
        List<Collective> ring = joined(Rings.ring(Rings.listen(3), Rings.PATIENT));
        ParameterLayout layout = new ParameterLayout(List.of(new ParameterLayout.Tensor(0, "all", 0, 1 << 24)));
        CountDownLatch underWay = new CountDownLatch(20);
        List<Future<Throwable>> ranks = new ArrayList<>();
        for (Collective collective : ring) {
            Shard shard = Shard.zeros(layout.shardLayout(collective.rank(), 3));
            ranks.add(threads.submit(() -> catchThrowable(() -> {
                while (true) {
                    collective.reduceScatter((offset, target, at, length) -> underWay.countDown(), shard);
                }
            })));
        }
        assertThat(underWay.await(Rings.PATIENT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        ring.get(2).close();
        assertThat(get(ranks.get(0))).isInstanceOf(PeerLostException.class).hasMessageContaining("lost rank 2");
        assertThat(get(ranks.get(1))).isInstanceOf(PeerLostException.class).hasMessageContaining("lost rank 2");
        assertThat(get(ranks.get(2))).isInstanceOf(CancellationException.class);
    }

    /** Rank 1 of 3 shakes hands and then shows no sign of life, as a stopped process does: its sockets stay open. */
    @Test
    void frozenPeerIsLostAfterTheIdleTimeoutOnEveryRank() throws Exception {
        List<ServerSocketChannel> sockets = Rings.listen(3);
        List<InetSocketAddress> addresses = Rings.addresses(sockets);
        RingState frozen = new RingState(1, addresses);
        Future<Links> links = threads.submit(
                () -> Links.join(frozen, sockets.get(1), Rings.TOKEN, new RingSettings(Rings.PATIENT, Rings.PATIENT)));
        List<Future<Throwable>> others = new ArrayList<>();
        for (int rank : new int[] {0, 2}) {
            others.add(threads.submit(() -> catchThrowable(() -> {
                try (Collective collective = RingCollective.connect(
                        rank, addresses, sockets.get(rank), Rings.TOKEN, new RingSettings(Rings.PATIENT, IDLE))) {
                    collective.sum(new double[] {1.0});
                }
            })));
        }
        toClose.add(get(links).next());
        toClose.add(get(links).previous());
        for (Future<Throwable> other : others) {
            assertThat(get(other))
                    .isInstanceOf(PeerLostException.class)
                    .hasMessageContaining("lost rank 1 on host 127.0.0.1");
        }
    }

    /** Slow is not frozen: a rank may compute for more than an idle timeout before it enters. */
    @Test
    void slowPeerIsWaitedFor() throws Exception {
        List<Collective> ring = joined(Rings.ring(Rings.listen(2), IDLE));
        Future<double[]> early = threads.submit(() -> ring.get(0).sum(new double[] {1.0}));
        assertThat(catchThrowable(() -> early.get(5 * IDLE.toMillis() / 2, TimeUnit.MILLISECONDS)))
                .isInstanceOf(TimeoutException.class);
        assertThat(ring.get(1).sum(new double[] {2.0})).containsExactly(3.0);
        assertThat(get(early)).containsExactly(3.0);
    }

    @Test
    void closeWakesAWaitingRankAndMayBeRepeated() throws Exception {
        List<Collective> ring = joined(Rings.ring(Rings.listen(2), Rings.PATIENT));
        Future<Throwable> waiting = threads.submit(() -> catchThrowable(() -> sumForever(ring.get(0))));
        ring.get(0).close();
        ring.get(0).close();
        assertThat(get(waiting)).isInstanceOf(CancellationException.class);
    }

    @Test
    void interruptWakesAWaitingRank() throws Exception {
        List<Collective> ring = joined(Rings.ring(Rings.listen(2), Rings.PATIENT));
        Throwable[] caught = new Throwable[1];
        Thread rank = new Thread(() -> caught[0] = catchThrowable(() -> sumForever(ring.get(0))));
        rank.start();
        rank.interrupt();
        rank.join(Rings.PATIENT.toMillis());
        assertThat(caught[0]).isInstanceOf(CancellationException.class).hasMessageContaining("Rank 0 was interrupted");
    }

    @Test
    void ranksOutOfStepAreFoundOut() throws Exception {
        List<Collective> ring = joined(Rings.ring(Rings.listen(2), Rings.PATIENT));
        Future<Throwable> one =
                threads.submit(() -> catchThrowable(() -> ring.get(0).sum(new double[2])));
        assertThatThrownBy(() -> ring.get(1).sum(new double[3])).hasMessageContaining("ranks are out of step");
        ring.get(1).close();
        assertThat(get(one)).isNotNull();
    }

    /** The last operation of a run: whoever has its result may leave at once. */
    @Test
    void leavingAfterTheLastOperationDisturbsNobody() throws Exception {
        for (int round = 0; round < 20; round++) {
            List<Collective> ring = Rings.ring(Rings.listen(3), Rings.PATIENT);
            List<Future<double[]>> sums = new ArrayList<>();
            for (Collective collective : ring) {
                sums.add(threads.submit(() -> {
                    try (collective) {
                        return collective.sum(new double[200_000]);
                    }
                }));
            }
            for (Future<double[]> sum : sums) {
                assertThat(get(sum)).hasSize(200_000);
            }
        }
    }

    @Test
    void ringOfOneIsSolo() throws Exception {
        List<ServerSocketChannel> sockets = Rings.listen(1);
        try (Collective one = joined(Rings.ring(sockets, SHORT)).get(0)) {
            assertThat(one.sum(new double[] {5.0})).containsExactly(5.0);
        }
        assertThat(sockets.get(0).isOpen()).isFalse();
    }

    private List<Collective> joined(List<Collective> ring) {
        toClose.addAll(ring);
        return ring;
    }

    private Socket stranger(ServerSocketChannel socket) throws IOException {
        Socket stranger = new Socket(
                Rings.address(socket).getAddress(), Rings.address(socket).getPort());
        stranger.setSoTimeout((int) Rings.PATIENT.toMillis());
        toClose.add(stranger);
        return stranger;
    }

    /** Whether the other side has hung up, with or without a reset. */
    private static boolean readToEnd(Socket socket) {
        try {
            return socket.getInputStream().read() == -1;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static void sumForever(Collective collective) {
        while (true) {
            collective.sum(new double[] {1.0});
        }
    }

    private List<Double> sumOnAll(List<Collective> ring) throws Exception {
        List<Future<double[]>> sums = new ArrayList<>();
        for (Collective collective : ring) {
            sums.add(threads.submit(() -> collective.sum(new double[] {collective.rank() + 1.0})));
        }
        List<Double> results = new ArrayList<>();
        for (Future<double[]> sum : sums) {
            results.add(get(sum)[0]);
        }
        return results;
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.get(Rings.PATIENT.toSeconds(), TimeUnit.SECONDS);
    }
}

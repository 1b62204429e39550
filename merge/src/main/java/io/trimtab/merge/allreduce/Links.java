package io.trimtab.merge.allreduce;

import java.io.IOException;
import java.net.InetAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;

/**
 * Sets up a rank's two connections: to the next rank, which it calls, and from the previous one, which calls it. Whoever else calls is turned away, and
 * one who says nothing keeps nobody waiting. Both channels come out non-blocking.
 *
 * @param next frames go there
 * @param previous frames come from there
 * @param toNext where bodies of frames lie for the next rank, if it lives on this host
 * @param fromPrevious where those of the previous rank lie
 */
record Links(
        SocketChannel next, SocketChannel previous, Optional<SharedSlots> toNext, Optional<SharedSlots> fromPrevious) {

    private static final long RETRY_NANOS = 50_000_000;

    static Links join(RingState state, ServerSocketChannel mine, byte[] token, RingSettings settings)
            throws IOException {
        try (Selector selector = Selector.open();
                mine) {
            return new Joining(state, selector, new Handshake(token, state.worldSize()), settings).join(mine);
        }
    }

    private static final class Joining {

        private final RingState state;
        private final Selector selector;
        private final Handshake handshake;
        private final Duration timeout;
        private final boolean sharedMemory;
        private final long deadline;

        Joining(RingState state, Selector selector, Handshake handshake, RingSettings settings) {
            this.state = state;
            this.selector = selector;
            this.handshake = handshake;
            this.timeout = settings.connectTimeout();
            this.sharedMemory = settings.sharedMemory();
            this.deadline = System.nanoTime() + timeout.toNanos();
        }

        Links join(ServerSocketChannel mine) throws IOException {
            SocketChannel next = call();
            SocketChannel previous = null;
            try {
                previous = answer(mine);
                write(previous, handshake.hello(state.rank(), state.previous()), state.previous());
                requireAnswer(next);
                Links links = withSharedMemory(next, previous);
                waitForAll(next, previous);
                return links;
            } catch (IOException | RuntimeException e) {
                next.close();
                if (previous != null) {
                    previous.close();
                }
                throw e;
            }
        }

        /** Connects to the next rank and says hello; it may not be listening yet. */
        private SocketChannel call() throws IOException {
            if (state.address(state.next()).isUnresolved()) {
                throw lost(state.next(), "its host name cannot be resolved");
            }
            while (true) {
                SocketChannel channel = SocketChannel.open();
                try {
                    setUp(channel);
                    channel.connect(state.address(state.next()));
                    while (!channel.finishConnect()) {
                        await(channel, SelectionKey.OP_CONNECT, state.next(), "it cannot be reached");
                    }
                    write(channel, handshake.hello(state.rank(), state.next()), state.next());
                    return channel;
                } catch (IOException e) {
                    channel.close();
                    requireTime(state.next(), "it cannot be reached (%s)".formatted(e));
                    LockSupport.parkNanos(RETRY_NANOS);
                } catch (RuntimeException e) {
                    channel.close();
                    throw e;
                }
            }
        }

        /** Buffer sizes are left to the kernel, which lets them grow further than a process may ask for. */
        private static void setUp(SocketChannel channel) throws IOException {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }

        /** Accepts until the previous rank has said hello. Everybody else is hung up on. */
        private SocketChannel answer(ServerSocketChannel mine) throws IOException {
            mine.configureBlocking(false);
            SelectionKey listening = mine.register(selector, SelectionKey.OP_ACCEPT);
            try {
                while (true) {
                    select(state.previous(), "it did not call");
                    for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
                        SelectionKey key = keys.next();
                        keys.remove();
                        if (key.equals(listening)) {
                            accept(mine);
                        } else if (isPrevious(key)) {
                            key.cancel();
                            return (SocketChannel) key.channel();
                        }
                    }
                }
            } finally {
                listening.cancel();
                hangUp();
            }
        }

        private void accept(ServerSocketChannel mine) throws IOException {
            SocketChannel caller = mine.accept();
            if (caller != null) {
                setUp(caller);
                caller.register(selector, SelectionKey.OP_READ, ByteBuffer.allocate(Handshake.BYTES));
            }
        }

        /** Reads on; a caller with a wrong or no hello is closed. */
        private boolean isPrevious(SelectionKey key) throws IOException {
            SocketChannel caller = (SocketChannel) key.channel();
            ByteBuffer hello = (ByteBuffer) key.attachment();
            int count = readQuietly(caller, hello);
            if (count >= 0 && hello.hasRemaining()) {
                return false;
            }
            boolean known = count >= 0 && handshake.accepts(hello, state.previous(), state.rank());
            if (!known) {
                caller.close();
            }
            return known;
        }

        private static int readQuietly(SocketChannel caller, ByteBuffer target) {
            try {
                return caller.read(target);
            } catch (IOException e) {
                return -1; // a stranger's connection; the previous rank would call again
            }
        }

        /** Closes every caller but the one whose key was cancelled. */
        private void hangUp() throws IOException {
            for (SelectionKey key : selector.keys()) {
                if (key.isValid() && key.channel() instanceof SocketChannel caller) {
                    caller.close();
                }
            }
            selector.selectNow();
        }

        private void requireAnswer(SocketChannel next) throws IOException {
            ByteBuffer hello = ByteBuffer.allocate(Handshake.BYTES);
            read(next, hello, state.next(), "it did not answer");
            if (!handshake.accepts(hello, state.next(), state.rank())) {
                throw lost(
                        state.next(),
                        "what listens at %s does not belong to this run".formatted(state.address(state.next())));
            }
        }

        /** Offers the next rank shared memory and takes the previous one's, where they live at the same address and see the same memory. */
        private Links withSharedMemory(SocketChannel next, SocketChannel previous) throws IOException {
            int slots = RingCollective.frames(state.worldSize());
            Optional<SharedSlots> mine = livesHere(state.next()) ? SharedSlots.create(slots) : Optional.empty();
            try {
                write(next, mine.map(SharedSlots::offer).orElseGet(SharedSlots::noOffer), state.next());
                ByteBuffer offer = SharedSlots.noOffer();
                read(previous, offer, state.previous(), "it does not say where its memory is");
                Optional<SharedSlots> theirs =
                        livesHere(state.previous()) ? SharedSlots.accept(offer, slots) : Optional.empty();
                write(previous, ByteBuffer.allocate(1).put(0, (byte) (theirs.isPresent() ? 1 : 0)), state.previous());
                ByteBuffer accepted = ByteBuffer.allocate(1);
                read(next, accepted, state.next(), "it does not say whether it shares memory");
                return new Links(next, previous, accepted.get(0) == 1 ? mine : Optional.empty(), theirs);
            } finally {
                mine.ifPresent(SharedSlots::hide);
            }
        }

        private boolean livesHere(int peer) {
            InetAddress here = state.address(state.rank()).getAddress();
            return sharedMemory
                    && here != null
                    && here.equals(state.address(peer).getAddress());
        }

        /** One byte twice around: after the first round all are connected, after the second all know it. */
        private void waitForAll(SocketChannel next, SocketChannel previous) throws IOException {
            for (int round = 0; round < 2; round++) {
                if (state.rank() == 0) {
                    write(next, ByteBuffer.allocate(1), state.next());
                }
                read(previous, ByteBuffer.allocate(1), state.previous(), "the ring is not complete");
                if (state.rank() != 0) {
                    write(next, ByteBuffer.allocate(1), state.next());
                }
            }
        }

        private void read(SocketChannel channel, ByteBuffer target, int peer, String what) throws IOException {
            while (target.hasRemaining()) {
                int count = channel.read(target);
                if (count < 0) {
                    throw lost(peer, what + ": it closed the connection");
                }
                if (count == 0) {
                    await(channel, SelectionKey.OP_READ, peer, what);
                }
            }
        }

        private void write(SocketChannel channel, ByteBuffer source, int peer) throws IOException {
            while (source.hasRemaining()) {
                if (channel.write(source) == 0) {
                    await(channel, SelectionKey.OP_WRITE, peer, "it does not read");
                }
            }
        }

        private void await(SocketChannel channel, int operation, int peer, String what) throws IOException {
            SelectionKey key = channel.register(selector, operation);
            try {
                select(peer, what);
            } finally {
                key.cancel();
                selector.selectNow(); // takes the cancelled key out, so that the channel can be registered again
            }
        }

        private void select(int peer, String what) throws IOException {
            requireTime(peer, what);
            selector.select(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        }

        private void requireTime(int peer, String what) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException(
                        "Rank %d was interrupted while it joined the ring".formatted(state.rank()));
            }
            if (System.nanoTime() >= deadline) {
                throw lost(peer, "%s within %.1f s".formatted(what, timeout.toMillis() / 1e3));
            }
        }

        private PeerLostException lost(int peer, String reason) {
            return new PeerLostException(state.rank(), peer, state.address(peer).getHostString(), reason, null);
        }
    }
}

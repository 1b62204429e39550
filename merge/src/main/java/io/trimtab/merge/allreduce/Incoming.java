package io.trimtab.merge.allreduce;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;

/** Frames from the previous rank, read by the thread that uses the collective. */
final class Incoming {

    private final RingState state;
    private final SocketChannel previous;
    private final Selector selector;
    private final long idleNanos;
    private final ByteBuffer header = Wire.buffer(Wire.HEADER_BYTES);
    private final ByteBuffer body = Wire.buffer(Wire.SEGMENT_BYTES);
    private final Optional<SharedSlots> shared;
    private int slot = Wire.IN_STREAM;
    private long lastHeard;

    private Incoming(RingState state, Links links, Selector selector, Duration idleTimeout) {
        this.state = state;
        this.previous = links.previous();
        this.shared = links.fromPrevious();
        this.selector = selector;
        this.idleNanos = idleTimeout.toNanos();
    }

    static Incoming open(RingState state, Links links, Duration idleTimeout) throws IOException {
        Selector selector = Selector.open();
        links.previous().register(selector, SelectionKey.OP_READ);
        return new Incoming(state, links, selector, idleTimeout);
    }

    /** Called when an operation begins: the peer may have been silent until now because nobody listened. */
    void startWaiting() {
        lastHeard = System.nanoTime();
    }

    /** The body of the next frame, which must be of this kind, operation and length; valid until {@link #taken}. */
    ByteBuffer next(int kind, int operation, int bytes) {
        do {
            fill(header.clear());
            if (header.getInt(0) == Wire.LOST) {
                state.lose(header.getInt(4), "rank %d reports it".formatted(state.previous()), null);
                state.requireWorking();
            }
        } while (header.getInt(0) == Wire.ALIVE);
        slot = header.getInt(12);
        if (header.getInt(0) != kind
                || header.getInt(4) != operation
                || header.getInt(8) != bytes
                || slot < Wire.IN_STREAM
                || slot >= shared.map(SharedSlots::count).orElse(0)) {
            throw new IllegalStateException(
                    ("Cannot go on: ranks are out of step. Rank %d is at kind %d, operation %d, %d bytes;"
                                    + " rank %d sent kind %d, operation %d, %d bytes")
                            .formatted(
                                    state.rank(),
                                    kind,
                                    operation,
                                    bytes,
                                    state.previous(),
                                    header.getInt(0),
                                    header.getInt(4),
                                    header.getInt(8)));
        }
        if (slot != Wire.IN_STREAM) {
            return shared.orElseThrow().slot(slot).limit(bytes);
        }
        fill(body.clear().limit(bytes));
        return body.flip();
    }

    /** The body that came last is of no more use here. */
    void taken() {
        if (slot != Wire.IN_STREAM) {
            shared.orElseThrow().free(slot);
            slot = Wire.IN_STREAM;
        }
    }

    private void fill(ByteBuffer target) {
        while (target.hasRemaining()) {
            int count = read(target);
            if (count > 0) {
                lastHeard = System.nanoTime();
            } else if (count < 0) {
                state.lose(state.previous(), "it closed the connection or its process ended", null);
            } else {
                waitForBytes();
            }
            state.requireWorking();
        }
    }

    private int read(ByteBuffer target) {
        try {
            return previous.read(target);
        } catch (IOException e) {
            state.lose(state.previous(), e.toString(), e);
            state.requireWorking();
            throw new IllegalStateException("Cannot read from rank " + state.previous(), e);
        }
    }

    private void waitForBytes() {
        long silent = System.nanoTime() - lastHeard;
        if (silent > idleNanos) {
            state.lose(state.previous(), "no sign of life for %.1f s".formatted(silent / 1e9), null);
            return;
        }
        try {
            selector.select(Math.max(1, (idleNanos - silent) / 1_000_000));
            selector.selectedKeys().clear();
        } catch (IOException e) {
            state.lose(state.previous(), e.toString(), e);
        } catch (ClosedSelectorException e) {
            state.requireWorking();
            throw e;
        }
    }

    void wakeUp() {
        selector.wakeup();
    }

    /** Called after {@link RingState#close}. */
    void close() throws IOException {
        selector.close();
        previous.close();
    }
}

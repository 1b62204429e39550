package io.trimtab.merge.allreduce;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** Frames from the previous rank, read by the thread that uses the collective. */
final class Incoming {

    private final RingState state;
    private final SocketChannel previous;
    private final Selector selector;
    private final long idleNanos;
    private final ByteBuffer header = Wire.buffer(Wire.HEADER_BYTES);
    private final ByteBuffer body = Wire.buffer(Wire.SEGMENT_BYTES);
    private long lastHeard;

    private Incoming(RingState state, SocketChannel previous, Selector selector, Duration idleTimeout) {
        this.state = state;
        this.previous = previous;
        this.selector = selector;
        this.idleNanos = idleTimeout.toNanos();
    }

    static Incoming open(RingState state, SocketChannel previous, Duration idleTimeout) throws IOException {
        Selector selector = Selector.open();
        previous.register(selector, SelectionKey.OP_READ);
        return new Incoming(state, previous, selector, idleTimeout);
    }

    /** Called when an operation begins: the peer may have been silent until now because nobody listened. */
    void startWaiting() {
        lastHeard = System.nanoTime();
    }

    /** The body of the next frame, which must be of this kind, operation and length; valid until the next call. */
    ByteBuffer next(int kind, int operation, int bytes) {
        do {
            fill(header.clear());
            if (header.getInt(0) == Wire.LOST) {
                state.lose(header.getInt(4), "rank %d reports it".formatted(state.previous()), null);
                state.requireWorking();
            }
        } while (header.getInt(0) == Wire.ALIVE);
        if (header.getInt(0) != kind || header.getInt(4) != operation || header.getInt(8) != bytes) {
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
        fill(body.clear().limit(bytes));
        return body.flip();
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

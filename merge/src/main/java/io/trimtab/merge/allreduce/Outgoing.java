package io.trimtab.merge.allreduce;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The rank's own sender thread: writes frames to the next rank and notes to the previous one, reads the next rank's notes, and shows both
 * neighbours that this process lives. So a peer that computes for long is told from one that is frozen, and a rank that waits to
 * send notices a dead receiver.
 */
final class Outgoing {

    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final RingState state;
    private final SocketChannel next;
    private final SocketChannel previous;
    private final Selector selector;
    private final SelectionKey key;
    private final Runnable onLoss;
    private final long idleNanos;
    private final FrameSupply supply;
    private final Queue<Frame> frames = new ConcurrentLinkedQueue<>();
    private final Queue<ByteBuffer> notes = new ConcurrentLinkedQueue<>();
    private final ByteBuffer heard = Wire.buffer(Wire.NOTE_BYTES);
    private final Thread thread;

    /** Being written to the next rank, by whoever holds the frames' lock: the user first, for what the connection takes at once, then the sender. */
    private @Nullable Frame frame;

    private boolean saysFarewell;

    /** Of the sender thread alone, as what follows. */
    private @Nullable ByteBuffer note;

    private long lastHeard;
    private long lastSaid;

    /** Why the connection to the next rank is of no more use. */
    private volatile @Nullable String nextGone;

    /** The operation under way, the last one the next rank has said is done, the last one the previous rank was told is done. */
    private volatile int current;

    private volatile int lastDone;
    private volatile int lastNoted;

    private Outgoing(
            RingState state,
            SocketChannel next,
            SocketChannel previous,
            Selector selector,
            SelectionKey key,
            Runnable onLoss,
            Duration idleTimeout,
            FrameSupply supply) {
        this.state = state;
        this.next = next;
        this.previous = previous;
        this.selector = selector;
        this.key = key;
        this.onLoss = onLoss;
        this.idleNanos = idleTimeout.toNanos();
        this.supply = supply;
        this.thread = new Thread(this::run, "trimtab-ring-sender-" + state.rank());
    }

    /**
     * @param supply frames that may be in use at once
     * @param onLoss called by the sender thread after it has noted a loss
     */
    static Outgoing start(RingState state, Links links, Duration idleTimeout, FrameSupply supply, Runnable onLoss)
            throws IOException {
        Selector selector = Selector.open();
        SelectionKey key = links.next().register(selector, SelectionKey.OP_READ);
        Outgoing outgoing =
                new Outgoing(state, links.next(), links.previous(), selector, key, onLoss, idleTimeout, supply);
        outgoing.thread.setDaemon(true);
        outgoing.thread.start();
        return outgoing;
    }

    /** A free frame with its header written, to be filled and sent. Waits for the next rank to take earlier ones. */
    Frame frame(int kind, int operation, int bytes) {
        while (true) {
            state.requireWorking();
            Frame free = pollFree();
            if (free != null) {
                return free.begin(kind, operation, bytes);
            }
        }
    }

    private @Nullable Frame pollFree() {
        try {
            return supply.poll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            state.requireWorking();
            return null;
        }
    }

    /** What the connection takes at once is written here; the sender thread does the rest. */
    void send(Frame filled) {
        frames.add(filled.filled());
        speak();
        if (isWriting() || nextGone != null) {
            selector.wakeup();
        }
    }

    /** From now on the next rank is needed, until it has told that the operation is done. */
    void begin(int operation) {
        current = operation;
    }

    /** Tells the previous rank that an operation has arrived, and waits for the next rank to say so: what was sent is never cut off by a close. */
    void finish(int operation) {
        notes.add(Wire.note(Wire.DONE, operation));
        selector.wakeup();
        synchronized (this) {
            while (lastDone < operation || lastNoted < operation) {
                state.requireWorking();
                try {
                    wait(100);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private void run() {
        lastHeard = System.nanoTime();
        lastSaid = lastHeard;
        try {
            while (state.works()) {
                boolean wrote = beAlive();
                wrote |= answer();
                wrote |= speak();
                hear();
                judge();
                if (!wrote && state.works()) {
                    await();
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            state.lose(state.rank(), "its sender thread failed: " + e, e);
        } finally {
            wakeUser();
            sayFarewell();
        }
    }

    private void wakeUser() {
        onLoss.run();
        synchronized (this) {
            notifyAll();
        }
    }

    /** Reads the next rank's notes. */
    private void hear() {
        try {
            int count = 0;
            while (nextGone == null && (count = next.read(heard)) > 0) {
                lastHeard = System.nanoTime();
                if (!heard.hasRemaining()) {
                    take(heard.getInt(0), heard.getInt(4));
                    heard.clear();
                }
            }
            if (count < 0) {
                nextGone = "it closed the connection or its process ended";
            }
        } catch (IOException e) {
            nextGone = e.toString();
        }
    }

    /** A next rank that left, or is silent, is a loss only while it is needed: ranks end a run one after the other. */
    private void judge() {
        if (current <= lastDone) {
            return;
        }
        long silent = System.nanoTime() - lastHeard;
        if (nextGone != null) {
            state.lose(state.next(), nextGone, null);
        } else if (silent > idleNanos) {
            state.lose(state.next(), "no sign of life for %.1f s".formatted(silent / 1e9), null);
        }
    }

    private void take(int kind, int value) {
        if (kind == Wire.DONE) {
            done(value);
        } else if (kind == Wire.LOST) {
            state.lose(value, "rank %d reports it".formatted(state.next()), null);
        }
    }

    private synchronized void done(int operation) {
        lastDone = operation;
        notifyAll();
    }

    /** Writes notes to the previous rank; if it is gone, the reading side finds out when it needs it. */
    private boolean answer() {
        note = note != null ? note : notes.poll();
        if (note == null) {
            return false;
        }
        boolean wrote = true;
        try {
            wrote = previous.write(note) > 0;
        } catch (IOException e) {
            note.position(note.limit());
        }
        if (!note.hasRemaining()) {
            noted(note.getInt(0), note.getInt(4));
            note = null;
        }
        return wrote;
    }

    private synchronized void noted(int kind, int value) {
        if (kind == Wire.DONE) {
            lastNoted = value;
            notifyAll();
        }
    }

    /** Writes frames to the next rank. */
    private boolean speak() {
        boolean wrote = false;
        synchronized (frames) {
            try {
                while (nextGone == null && !saysFarewell && (frame != null || (frame = frames.poll()) != null)) {
                    wrote |= frame.writeTo(next);
                    if (!frame.isWritten()) {
                        break;
                    }
                    supply.written(frame);
                    frame = null;
                }
            } catch (IOException e) {
                nextGone = e.toString();
            }
        }
        return wrote;
    }

    /** Four times per idle timeout, forward only when no frame is under way: a receiver that does not drain frames needs no sign. */
    private boolean beAlive() {
        long now = System.nanoTime();
        if (now - lastSaid <= idleNanos / 4) {
            return false;
        }
        lastSaid = now;
        notes.add(Wire.note(Wire.ALIVE, 0));
        synchronized (frames) {
            if (frame == null && frames.isEmpty()) {
                frames.add(Frame.empty(Wire.ALIVE, 0));
            }
        }
        return true;
    }

    private void await() throws IOException {
        int reading = nextGone == null ? SelectionKey.OP_READ : 0;
        key.interestOps(isWriting() ? reading | SelectionKey.OP_WRITE : reading);
        selector.select(Math.max(1, idleNanos / 8_000_000));
        selector.selectedKeys().clear();
    }

    /** Whether a frame waits for the connection. */
    private boolean isWriting() {
        synchronized (frames) {
            return frame != null && nextGone == null;
        }
    }

    /** Tells both neighbours who was lost, so that every rank names the same one. Best effort for a second: one of them may be it. */
    private void sayFarewell() {
        PeerLostException loss = state.loss();
        if (loss == null) {
            return;
        }
        ByteBuffer lastNote = Wire.note(Wire.LOST, loss.peer());
        Frame lastFrame = Frame.empty(Wire.LOST, loss.peer());
        long deadline = System.nanoTime() + FAREWELL_NANOS;
        boolean toldPrevious = false;
        boolean toldNext = false;
        while (!(toldPrevious && toldNext) && System.nanoTime() < deadline) {
            toldPrevious = toldPrevious || tellPrevious(lastNote);
            toldNext = toldNext || tellNext(lastFrame);
            LockSupport.parkNanos(toldPrevious && toldNext ? 0 : 1_000_000);
        }
    }

    /** Whether there is nothing more to do for it: it knows, or is gone. */
    private boolean tellPrevious(ByteBuffer last) {
        try {
            if (note != null && note.hasRemaining()) {
                previous.write(note);
            }
            if (note == null || !note.hasRemaining()) {
                previous.write(last);
            }
            return !last.hasRemaining();
        } catch (IOException e) {
            return true;
        }
    }

    private boolean tellNext(Frame last) {
        synchronized (frames) {
            saysFarewell = true;
            try {
                if (frame != null && !frame.isWritten()) {
                    frame.writeTo(next);
                }
                if (frame == null || frame.isWritten()) {
                    last.writeTo(next);
                }
                return last.isWritten();
            } catch (IOException e) {
                return true;
            }
        }
    }

    /** Called after {@link RingState#close}: waits for a farewell under way, then ends the thread. */
    void close() throws IOException {
        selector.wakeup();
        try {
            thread.join(TimeUnit.NANOSECONDS.toMillis(FAREWELL_NANOS + FAREWELL_NANOS / 2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        selector.close();
        next.close();
    }
}

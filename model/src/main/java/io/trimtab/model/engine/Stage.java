package io.trimtab.model.engine;

import org.jspecify.annotations.Nullable;

/**
 * Host memory through which weights and gradients of tensors elsewhere travel, a window of them at a time: a read copies what follows it
 * along, writes that follow each other leave together. Pinned beside a GPU, so that copies run at the bus's pace.
 *
 * <p>What has been written is on its way until {@link #settle}, and a window is only as old as the last one; the session settles before it
 * computes. Any thread may read and write.
 */
final class Stage {

    /** Entries of a window: 16 MiB of floats. */
    static final int WINDOW = 1 << 22;

    private final TensorScope owner;
    private final int capacity;
    private final Tensor host;
    private final TensorMemory memory;
    private @Nullable Tensor tensor;
    private long from;
    private long to;
    private boolean written;

    private Stage(TensorScope owner, int capacity, Tensor host) {
        this.owner = owner;
        this.capacity = capacity;
        this.host = host;
        this.memory = TensorMemory.mapped(owner, host, TensorMemory.BLOCK);
    }

    /** @param capacity entries of a window */
    static Stage of(TensorScope owner, boolean pinned, int capacity) {
        Tensor host = owner.hostZeros(capacity);
        return new Stage(
                owner, capacity, pinned ? owner.call("pinned").with(host).tensor() : host);
    }

    synchronized void read(Tensor source, long offset, float[] target, int at, int length) {
        for (int done = 0; done < length; ) {
            long place = offset + done;
            show(source, place);
            int count = (int) Math.min(length - done, to - place);
            memory.read(place - from, target, at + done, count);
            done += count;
        }
    }

    synchronized void write(Tensor target, long offset, float[] source, int at, int length) {
        for (int done = 0; done < length; ) {
            int count = (int) Math.min(length - done, room(target, offset + done));
            memory.write(to - from, source, at + done, count);
            to += count;
            done += count;
        }
    }

    synchronized double get(Tensor source, long offset) {
        show(source, offset);
        return memory.get(offset - from);
    }

    synchronized void set(Tensor target, long offset, double value) {
        room(target, offset);
        memory.set(to - from, value);
        to++;
    }

    /** Sends what has been written and forgets what has been read. */
    synchronized void settle() {
        if (written) {
            written = false;
            owner.call("upload").with(host).with(required()).with(from).with(to).effect();
        }
        tensor = null;
    }

    /** Afterwards the window holds the entry at this place. */
    private void show(Tensor source, long place) {
        if (source == tensor && !written && place >= from && place < to) {
            return;
        }
        if (place < 0 || place >= source.elements()) {
            throw new IndexOutOfBoundsException("A tensor of " + source.elements() + " entries has none at " + place);
        }
        settle();
        tensor = source;
        from = place;
        to = Math.min(source.elements(), place + capacity);
        owner.call("download").with(host).with(source).with(from).with(to).effect();
    }

    /** Entries that may be written at this place now; the window ends there. */
    private long room(Tensor target, long place) {
        if (place < 0 || place >= target.elements()) {
            throw new IndexOutOfBoundsException("A tensor of " + target.elements() + " entries has none at " + place);
        }
        if (target != tensor || !written || place != to || to - from == capacity) {
            settle();
            tensor = target;
            from = place;
            to = place;
            written = true;
        }
        return Math.min(capacity - (to - from), target.elements() - place);
    }

    private Tensor required() {
        if (tensor == null) {
            throw new IllegalStateException("Nothing is staged");
        }
        return tensor;
    }
}

package io.trimtab.merge.allreduce;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The frames that a rank may have in use at once: what bounds the ring's memory. */
sealed interface FrameSupply {

    /** Null after a short wait in vain. */
    @Nullable
    Frame poll() throws InterruptedException;

    /** All of it has been given to the connection. */
    void written(Frame frame);

    static FrameSupply travelling(int count) {
        BlockingDeque<Frame> free = new LinkedBlockingDeque<>(count);
        for (int i = 0; i < count; i++) {
            free.add(Frame.travelling());
        }
        return new Travelling(free);
    }

    static FrameSupply inSlots(SharedSlots slots) {
        List<Frame> frames = new ArrayList<>();
        for (int slot = 0; slot < slots.count(); slot++) {
            frames.add(Frame.inSlot(slots, slot));
        }
        return new InSlots(slots, frames);
    }

    /** A frame is free again as soon as it is written. The one used last comes first: it is still in the cache. */
    record Travelling(BlockingDeque<Frame> free) implements FrameSupply {

        @Override
        public @Nullable Frame poll() throws InterruptedException {
            return free.poll(100, TimeUnit.MILLISECONDS);
        }

        @Override
        public void written(Frame frame) {
            if (frame.body().capacity() > 0) {
                free.addFirst(frame);
            }
        }
    }

    /**
     * A frame is free again when the next rank has read it; it says so in the memory, where nobody can wait but by looking again. Low slots are
     * preferred: few are in use at a time, and those stay in the cache.
     */
    final class InSlots implements FrameSupply {

        private static final long LOOK_AGAIN_NANOS = 20_000;

        private final SharedSlots slots;
        private final List<Frame> frames;

        InSlots(SharedSlots slots, List<Frame> frames) {
            this.slots = slots;
            this.frames = frames;
        }

        @Override
        public @Nullable Frame poll() {
            for (int slot = 0; slot < frames.size(); slot++) {
                if (slots.isFree(slot)) {
                    slots.take(slot);
                    return frames.get(slot);
                }
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            return null;
        }

        @Override
        public void written(Frame frame) {}
    }
}

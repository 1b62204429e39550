package io.trimtab.job.train;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.MergedUpdate;
import io.trimtab.merge.StateSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Checkpoints in this JVM's memory, shared by the ranks: one flat array per step and slot, whoever wrote which part of it. */
final class MemoryCheckpoints implements Checkpoints {

    /** More than any model of these tests has. */
    private static final int CAPACITY = 1 << 19;

    private final Map<Long, Map<String, float[]>> slotsByStep = new ConcurrentHashMap<>();
    private final List<Long> saves = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void save(TrainingState state, MergedUpdate update) {
        Map<String, float[]> slots = slotsByStep.computeIfAbsent(state.step(), step -> new ConcurrentHashMap<>());
        try {
            update.save((slot, offset, source, at, length) -> System.arraycopy(
                    source,
                    at,
                    slots.computeIfAbsent(slot, name -> new float[CAPACITY]),
                    Math.toIntExact(offset),
                    length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        saves.add(state.step());
    }

    /** Steps in the order of saving, one entry per rank. */
    List<Long> saves() {
        return List.copyOf(saves);
    }

    /** As if only this one had been saved. */
    MemoryCheckpoints only(long step) {
        MemoryCheckpoints copy = new MemoryCheckpoints();
        copy.slotsByStep.put(step, requireNonNull(slotsByStep.get(step)));
        return copy;
    }

    TrainingState resume(MergedUpdate update) {
        long step =
                slotsByStep.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
        if (step == 0) {
            return TrainingState.start();
        }
        Map<String, float[]> slots = requireNonNull(slotsByStep.get(step));
        try {
            update.load(new SavedArrays(slots), step);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return TrainingState.resumedAt(step);
    }

    private record SavedArrays(Map<String, float[]> arrays) implements StateSource {

        @Override
        public Set<String> slots() {
            return arrays.keySet();
        }

        @Override
        public void read(String slot, long offset, float[] target, int at, int length) {
            System.arraycopy(requireNonNull(arrays.get(slot)), Math.toIntExact(offset), target, at, length);
        }
    }
}

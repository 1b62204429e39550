package io.trimtab.job.train;

import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Splits a step's time into phases; what no phase claims is still in the total. Belongs to the training thread. */
final class PhaseClock {

    private static final double NANOS_PER_SECOND = 1e9;

    private final LongSupplier nanoClock;
    private final Map<Phase, Double> seconds = new EnumMap<>(Phase.class);
    private long startNanos;

    PhaseClock(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
    }

    <T> T time(Phase phase, Supplier<T> work) {
        long start = nanoClock.getAsLong();
        try {
            return work.get();
        } finally {
            add(phase, (nanoClock.getAsLong() - start) / NANOS_PER_SECOND);
        }
    }

    void time(Phase phase, Runnable work) {
        this.<Boolean>time(phase, () -> {
            work.run();
            return true;
        });
    }

    /** For work that measured itself. */
    void add(Phase phase, double phaseSeconds) {
        seconds.merge(phase, phaseSeconds, Double::sum);
    }

    /** Leaves the work out of the step's time. */
    <T> T aside(Supplier<T> work) {
        long start = nanoClock.getAsLong();
        T result = work.get();
        startNanos += nanoClock.getAsLong() - start;
        return result;
    }

    /** The same elements; the time to get each one counts as waiting for data. */
    <T> Iterable<T> waiting(Iterator<T> source) {
        return () -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                return time(Phase.WAIT_DATA, source::hasNext);
            }

            @Override
            public T next() {
                return time(Phase.WAIT_DATA, source::next);
            }
        };
    }

    /** Everything since the last lap, or the clock's start; the next lap begins now. */
    StepTimes lap() {
        long now = nanoClock.getAsLong();
        StepTimes times = new StepTimes((now - startNanos) / NANOS_PER_SECOND, seconds);
        startNanos = now;
        seconds.clear();
        return times;
    }
}

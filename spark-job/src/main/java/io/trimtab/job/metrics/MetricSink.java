package io.trimtab.job.metrics;

import java.io.Closeable;

/** Takes the figures of every training step, in step order. Not thread safe: one caller, the loop or the driver's receiver. */
public interface MetricSink extends Closeable {

    /** For ranks other than 0: their figures are already in rank 0's, through the collective. */
    MetricSink NONE = metrics -> {};

    /** A line for a person before the first step; figures go through {@link #record}. */
    default void announce(String line) {}

    void record(StepMetrics metrics);

    /** Writes what is still held back; afterwards {@link #record} must not be called. */
    @Override
    default void close() {}
}

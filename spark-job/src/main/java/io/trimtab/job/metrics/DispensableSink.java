package io.trimtab.job.metrics;

import java.io.UncheckedIOException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A sink that a run can do without: where it fails, one line says so, and the run goes on without it. */
public final class DispensableSink implements MetricSink {
    private final Consumer<String> warnings;
    private final String remedy;
    private MetricSink sink;

    private DispensableSink(MetricSink sink, Consumer<String> warnings, String remedy) {
        this.sink = sink;
        this.warnings = warnings;
        this.remedy = remedy;
    }

    /**
     * Opens a sink, which may fail as well.
     *
     * @param remedy what to do about a failure, for the end of the warning
     */
    public static MetricSink open(Supplier<MetricSink> sink, Consumer<String> warnings, String remedy) {
        DispensableSink dispensable = new DispensableSink(NONE, warnings, remedy);
        dispensable.attempt(() -> dispensable.sink = sink.get());
        return dispensable;
    }

    @Override
    public void announce(String line) {
        attempt(() -> sink.announce(line));
    }

    @Override
    public void record(StepMetrics metrics) {
        attempt(() -> sink.record(metrics));
    }

    @Override
    public void close() {
        attempt(sink::close);
    }

    private void attempt(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            MetricSink failed = sink;
            sink = NONE;
            warnings.accept("warning: " + reason(e) + "; the run goes on without it. " + remedy);
            closeQuietly(failed);
        }
    }

    private static void closeQuietly(MetricSink failed) {
        try {
            failed.close();
        } catch (RuntimeException alreadyTold) {
            // of the same failure
        }
    }

    private static String reason(RuntimeException failure) {
        Throwable cause = failure.getCause();
        return failure instanceof UncheckedIOException && cause != null
                ? failure.getMessage() + ": " + cause.getMessage()
                : failure.toString();
    }
}

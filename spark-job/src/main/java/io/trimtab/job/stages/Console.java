package io.trimtab.job.stages;

import io.trimtab.job.metrics.ConsoleSink;
import io.trimtab.job.metrics.MetricSink;
import java.io.PrintStream;
import java.time.Duration;

/** Where a person, or a log, follows a command. */
record Console(PrintStream out, boolean terminal, Duration interval) {
    @SuppressWarnings(
            "SystemConsoleNull") // null without a terminal up to Java 21; later a log gets rewritten lines too
    static Console of(PrintStream out, Duration interval) {
        return new Console(out, System.console() != null, interval);
    }

    void say(String line) {
        out.println(line);
        out.flush();
    }

    MetricSink metrics(long totalSteps) {
        return new ConsoleSink(out, terminal, totalSteps, interval, System::nanoTime);
    }
}

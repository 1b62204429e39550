package io.trimtab.job.metrics;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * The run's progress for a person: step, loss, preference figures, learning rate, tokens per second, remaining time. On a terminal one
 * line is rewritten; elsewhere a plain line comes at a steady interval, and always for the first and the last step. Rate and remaining
 * time are averages since the previous line and since this sink's first step: a resumed run does not count what an earlier one did.
 */
public final class ConsoleSink implements MetricSink {

    private static final Duration TERMINAL_INTERVAL = Duration.ofMillis(200);
    private static final String START_OF_LINE = "\r\u001b[2K";

    private final PrintStream out;
    private final boolean terminal;
    private final long totalSteps;
    private final long intervalNanos;
    private final LongSupplier nanoClock;

    private long steps;
    private double seconds;
    private double tokensSinceLine;
    private double secondsSinceLine;
    private long lastLineNanos;
    private boolean lineOpen;

    /** @param interval between two plain lines; a terminal is rewritten several times a second whatever it says */
    public ConsoleSink(PrintStream out, boolean terminal, long totalSteps, Duration interval, LongSupplier nanoClock) {
        this.out = out;
        this.terminal = terminal;
        this.totalSteps = totalSteps;
        this.intervalNanos = (terminal ? TERMINAL_INTERVAL : interval).toNanos();
        this.nanoClock = nanoClock;
    }

    @Override
    public void announce(String line) {
        out.println(line);
    }

    @Override
    public void record(StepMetrics metrics) {
        steps++;
        seconds += value(metrics, "seconds");
        secondsSinceLine += value(metrics, "seconds");
        tokensSinceLine += value(metrics, StepMetrics.TOKENS);
        long now = nanoClock.getAsLong();
        if (steps == 1 || metrics.step() == totalSteps || now - lastLineNanos >= intervalNanos) {
            print(line(metrics));
            lastLineNanos = now;
            tokensSinceLine = 0;
            secondsSinceLine = 0;
        }
    }

    private String line(StepMetrics metrics) {
        StringBuilder line = new StringBuilder(100);
        line.append("step ").append(metrics.step()).append('/').append(totalSteps);
        append(line, metrics, "loss", "loss", "%.4f");
        append(line, metrics, "margins", "rewards/margins", "%+.4f");
        append(line, metrics, "accuracy", "rewards/accuracies", "%.2f");
        append(line, metrics, "kl", "kl", "%.3f");
        append(line, metrics, "lr", "learning_rate", "%.2e");
        if (secondsSinceLine > 0) {
            line.append(String.format(Locale.ROOT, "  %.0f tok/s", tokensSinceLine / secondsSinceLine));
        }
        long remaining = totalSteps - metrics.step();
        return line.append("  eta ")
                .append(duration(Math.round(remaining * seconds / steps)))
                .toString();
    }

    private static void append(StringBuilder line, StepMetrics metrics, String label, String name, String format) {
        Double value = metrics.values().get(name);
        if (value != null) {
            line.append("  ").append(label).append(' ').append(String.format(Locale.ROOT, format, value));
        }
    }

    private static double value(StepMetrics metrics, String name) {
        return metrics.values().getOrDefault(name, 0.0);
    }

    /** {@code 42s}, {@code 3m05s}, {@code 2h07m}. */
    public static String duration(long seconds) {
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return String.format(Locale.ROOT, "%dm%02ds", seconds / 60, seconds % 60);
        }
        return String.format(Locale.ROOT, "%dh%02dm", seconds / 3600, seconds % 3600 / 60);
    }

    private void print(String line) {
        if (terminal) {
            out.print(START_OF_LINE + line);
            lineOpen = true;
        } else {
            out.println(line);
        }
        out.flush();
    }

    /** Ends the rewritten line, so that what is printed next starts on its own; the stream stays open, it belongs to the caller. */
    @Override
    public void close() {
        if (lineOpen) {
            out.println();
            lineOpen = false;
        }
    }
}

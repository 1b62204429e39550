package io.trimtab.job.train;

import io.trimtab.job.metrics.StepMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What {@link Bench} measured.
 *
 * @param flops of the matrix products of one step, forward and backward; attention's own are not counted
 * @param tokensPerSecond useful tokens over seconds, of the median step
 * @param shares of each phase in the time of all measured steps; {@code other} is what no phase claims
 * @param peakMebibytes resident memory of this process at its highest, where the system tells
 */
public record BenchReport(
        long parameters,
        int steps,
        long usefulTokens,
        long flops,
        double secondsPerStep,
        double tokensPerSecond,
        Map<String, Double> shares,
        OptionalLong peakMebibytes) {

    private static final String PEAK_MEMORY = "VmHWM:";

    static BenchReport of(long parameters, long flops, List<StepMetrics> measured) {
        double[] seconds = measured.stream()
                .mapToDouble(step -> step.value("seconds"))
                .sorted()
                .toArray();
        double median = (seconds[(seconds.length - 1) / 2] + seconds[seconds.length / 2]) / 2;
        double tokens = measured.get(0).value(StepMetrics.TOKENS);
        return new BenchReport(
                parameters,
                seconds.length,
                (long) tokens,
                flops,
                median,
                tokens / median,
                shares(measured),
                readPeakMebibytes());
    }

    private static Map<String, Double> shares(List<StepMetrics> measured) {
        double total = sum(measured, "seconds");
        double other = total;
        Map<String, Double> shares = new LinkedHashMap<>();
        for (Phase phase : Phase.values()) {
            double spent = sum(measured, phase.metric());
            shares.put(phase.name().toLowerCase(Locale.ROOT), spent / total);
            other -= spent;
        }
        shares.put("other", other / total);
        return shares;
    }

    private static double sum(List<StepMetrics> measured, String name) {
        return measured.stream().mapToDouble(step -> step.value(name)).sum();
    }

    /** Linux alone tells without a native call. */
    private static OptionalLong readPeakMebibytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith(PEAK_MEMORY))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** For a person. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%,d parameters, %d steps of %,d useful tokens: median %.3f s/step, %.1f useful tok/s",
                parameters,
                steps,
                usefulTokens,
                secondsPerStep,
                tokensPerSecond));
        lines.add(String.format(
                Locale.ROOT,
                "  matrix products %.1f GFLOP a step, %.1f GFLOP/s over the whole step",
                flops / 1e9,
                flops / 1e9 / secondsPerStep));
        shares.forEach((phase, share) -> lines.add(String.format(Locale.ROOT, "  %-10s %5.1f %%", phase, 100 * share)));
        peakMebibytes.ifPresent(peak -> lines.add(String.format(Locale.ROOT, "  peak memory %,d MiB", peak)));
        return lines;
    }
}

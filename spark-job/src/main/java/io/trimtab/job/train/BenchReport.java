package io.trimtab.job.train;

import io.trimtab.job.metrics.StepMetrics;
import io.trimtab.model.Precision;
import io.trimtab.model.engine.Device;
import io.trimtab.model.engine.Gpus;
import io.trimtab.model.engine.MatmulPeak;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@link Bench} measured, over all measured steps and all ranks. The arrays belong to the record.
 *
 * @param usefulTokens the prompt counts once for each of its trained completions
 * @param work what was computed for them
 * @param seconds of the steps
 * @param stepTokens useful tokens of each step
 * @param stepSeconds of each step
 * @param scoringSeconds of the pass that made the reference log-probs of the same rows
 * @param shares of each phase in the steps' time; {@code other} is what no phase claims
 * @param peakBytes resident memory of each rank at its highest; 0 where the system does not tell
 * @param gpuBytes taken on the GPU of each rank at its highest, by whatever computes there; 0 on the CPU
 */
public record BenchReport(
        BenchSettings settings,
        long parameters,
        long usefulTokens,
        Work work,
        double seconds,
        long[] stepTokens,
        double[] stepSeconds,
        double scoringSeconds,
        Map<String, Double> shares,
        long[] peakBytes,
        long[] gpuBytes) {

    /**
     * What the measured steps computed.
     *
     * @param flops of matrix products with weights; attention's own are not counted
     * @param packedTokens rows that went through all layers with a gradient, each prompt once
     * @param predictedTokens rows of the head among them
     */
    record Work(long flops, long packedTokens, long predictedTokens) {}

    static BenchReport of(
            BenchSettings settings,
            long parameters,
            List<StepMetrics> measured,
            Work work,
            double scoringSeconds,
            long[] peakBytes,
            long[] gpuBytes) {
        return new BenchReport(
                settings,
                parameters,
                (long) sum(measured, StepMetrics.TOKENS),
                work,
                sum(measured, "seconds"),
                measured.stream()
                        .mapToLong(step -> (long) step.value(StepMetrics.TOKENS))
                        .toArray(),
                measured.stream().mapToDouble(step -> step.value("seconds")).toArray(),
                scoringSeconds,
                shares(measured),
                peakBytes,
                gpuBytes);
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

    /** Useful tokens per second where the reference log-probs are there already. */
    public double tokensPerSecond() {
        return usefulTokens / seconds;
    }

    /** Useful tokens per second of a single epoch, its scoring pass counted. */
    public double oneEpochTokensPerSecond() {
        return usefulTokens / (seconds + scoringSeconds);
    }

    /** Matrix products that were really executed, over what the machine can do at best in the same number format. */
    public double shareOfPeak(MatmulPeak peak) {
        return work.flops() / seconds / peak(peak);
    }

    /** Six operations per parameter and useful token, the usual count, over the same peak: skipped work raises it beyond the share. */
    public double nominalUtilization(MatmulPeak peak) {
        return 6.0 * parameters * tokensPerSecond() / peak(peak);
    }

    private double peak(MatmulPeak peak) {
        return precision().equals("bf16") ? peak.bf16() : peak.fp32();
    }

    private String precision() {
        return name(settings.policy().precision());
    }

    /** As the configuration writes it. */
    static String name(Precision precision) {
        return precision.name().toLowerCase(Locale.ROOT);
    }

    /** For a person. */
    public List<String> lines(MatmulPeak peak) {
        List<String> lines = new ArrayList<>();
        int steps = stepSeconds.length;
        lines.add(format(
                "%,d parameters, %s, %s on %s, activation checkpointing %s, %s; %d ranks of %d threads",
                parameters,
                settings.stage().key(),
                precision(),
                device(),
                settings.policy().activationCheckpointing() ? "on" : "off",
                settings.rule().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                peakBytes.length,
                settings.policy().threads()));
        lines.add(format(
                "%d steps of %d pairs, a step of %,d useful, %,d packed and %,d predicted tokens takes %.3f s (%.3f to %.3f)",
                steps,
                settings.pairs(),
                usefulTokens / steps,
                work.packedTokens() / steps,
                work.predictedTokens() / steps,
                seconds / steps,
                Arrays.stream(stepSeconds).min().orElse(0),
                Arrays.stream(stepSeconds).max().orElse(0)));
        lines.add(format("  %.1f useful tok/s, reference log-probs reused", tokensPerSecond()));
        lines.add(format(
                "  %.1f useful tok/s in one epoch, scoring pass of %.3f s a step counted",
                oneEpochTokensPerSecond(), scoringSeconds / steps));
        shares.forEach((phase, share) -> lines.add(format("  %-10s %5.1f %%", phase, 100 * share)));
        lines.add(format(
                "  matrix products %.1f GFLOP a step, %.1f GFLOP/s over the whole step: %.1f %% of the peak (2048^3: fp32 %.0f,"
                        + " bf16 %.0f GFLOP/s)",
                work.flops() / 1e9 / steps,
                work.flops() / 1e9 / seconds,
                100 * shareOfPeak(peak),
                peak.fp32() / 1e9,
                peak.bf16() / 1e9));
        lines.add(format(
                "  nominal utilization (6 x parameters x useful tokens) %.1f %%", 100 * nominalUtilization(peak)));
        lines.add(format("  peak memory of a rank %,d MiB", mebibytes(peakBytes)));
        if (settings.policy().device().cuda()) {
            lines.add(format("  peak memory of its GPU %,d MiB", mebibytes(gpuBytes)));
        }
        return lines;
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    private String device() {
        Device device = settings.policy().device();
        return device.cuda() ? Gpus.name(device) : device.toString();
    }

    /** Of the rank that took most. */
    private static long mebibytes(long[] peaks) {
        return Arrays.stream(peaks).max().orElse(0) >> 20;
    }

    /** For a script. */
    public Map<String, Object> toMap(MatmulPeak peak) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("parameters", parameters);
        map.put("stage", settings.stage().key());
        map.put("precision", precision());
        map.put("activation_checkpointing", settings.policy().activationCheckpointing());
        map.put("rule", settings.rule().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        map.put("ranks", peakBytes.length);
        map.put("threads", settings.policy().threads());
        map.put("pairs", settings.pairs());
        map.put("steps", stepSeconds.length);
        map.put("useful_tokens", usefulTokens);
        map.put("packed_tokens", work.packedTokens());
        map.put("predicted_tokens", work.predictedTokens());
        map.put("seconds", seconds);
        map.put("step_tokens", stepTokens);
        map.put("step_seconds", stepSeconds);
        map.put("scoring_seconds", scoringSeconds);
        map.put("tokens_per_second", tokensPerSecond());
        map.put("tokens_per_second_one_epoch", oneEpochTokensPerSecond());
        map.put("shares", shares);
        map.put("flops", work.flops());
        map.put("peak_flops_per_second", Map.of("fp32", peak.fp32(), "bf16", peak.bf16()));
        map.put("share_of_peak", shareOfPeak(peak));
        map.put("nominal_utilization", nominalUtilization(peak));
        map.put("peak_memory_mib", mebibytes(peakBytes));
        map.put("device", device());
        map.put("gpu_memory_mib", mebibytes(gpuBytes));
        return map;
    }
}

package io.trimtab.job.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConsoleSinkTest {

    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(screen, true, StandardCharsets.UTF_8);
    private long nowNanos;

    @Test
    void aPlainLineNamesRateAndRemainingTime() {
        ConsoleSink sink = plain(1000);
        sink.record(dpo(1, 2.0, 3000));

        assertThat(lines())
                .containsExactly(
                        "step 1/1000  loss 0.6931  margins +0.0120  accuracy 0.62  lr 9.80e-07  1500 tok/s  eta 33m18s");
    }

    @Test
    void plainLinesComeAtASteadyIntervalAndAtTheEnd() {
        ConsoleSink sink = plain(100);
        for (int step = 1; step <= 100; step++) {
            sink.record(dpo(step, 1.0, 500));
            nowNanos += TimeUnit.SECONDS.toNanos(1);
        }

        assertThat(lines())
                .extracting(line -> line.substring(0, line.indexOf(' ', 5)))
                .containsExactly(
                        "step 1/100",
                        "step 11/100",
                        "step 21/100",
                        "step 31/100",
                        "step 41/100",
                        "step 51/100",
                        "step 61/100",
                        "step 71/100",
                        "step 81/100",
                        "step 91/100",
                        "step 100/100");
        assertThat(lines()[1]).endsWith("500 tok/s  eta 1m29s");
        assertThat(lines()[10]).endsWith("eta 0s");
    }

    @Test
    void aResumedRunMeasuresItsOwnStepsOnly() {
        ConsoleSink sink = plain(1000);
        sink.record(dpo(901, 1.0, 500));

        assertThat(lines()[0]).endsWith("eta 1m39s");
    }

    @Test
    void aTerminalShowsOneLineThatIsRewritten() {
        ConsoleSink sink = new ConsoleSink(out, true, 10, Duration.ofSeconds(10), () -> nowNanos);
        sink.record(dpo(1, 1.0, 100));
        nowNanos += TimeUnit.SECONDS.toNanos(1);
        sink.record(dpo(2, 1.0, 100));
        sink.close();

        String shown = screen.toString(StandardCharsets.UTF_8);
        assertThat(shown).startsWith("\r\u001b[2Kstep 1/10").contains("\r\u001b[2Kstep 2/10");
        assertThat(shown.indexOf('\n')).isEqualTo(shown.length() - 1);
    }

    @Test
    void leavesOutWhatTheStageDoesNotMeasure() {
        plain(10)
                .record(new StepMetrics(
                        1, Map.of("loss", 2.5, "learning_rate", 1e-3, "seconds", 1.0, "tokens", 100.0)));

        assertThat(lines()[0]).isEqualTo("step 1/10  loss 2.5000  lr 1.00e-03  100 tok/s  eta 9s");
    }

    @Test
    void writesDurationsForPeople() {
        assertThat(ConsoleSink.duration(59)).isEqualTo("59s");
        assertThat(ConsoleSink.duration(185)).isEqualTo("3m05s");
        assertThat(ConsoleSink.duration(7620)).isEqualTo("2h07m");
    }

    private ConsoleSink plain(long totalSteps) {
        return new ConsoleSink(out, false, totalSteps, Duration.ofSeconds(10), () -> nowNanos);
    }

    private String[] lines() {
        return screen.toString(StandardCharsets.UTF_8).split("\n");
    }

    private static StepMetrics dpo(long step, double seconds, double tokens) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", 0.6931);
        values.put("learning_rate", 9.8e-7);
        values.put("rewards/accuracies", 0.62);
        values.put("rewards/margins", 0.012);
        values.put("tokens", tokens);
        values.put("seconds", seconds);
        return new StepMetrics(step, values);
    }
}

package io.trimtab.job.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.job.metrics.EventFileReader.Event;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TensorBoardSinkTest {
    private static final double NOW = 1.7e9 + 0.25;

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    @Test
    void checksumsAreMaskedCastagnoli() {
        // RFC 3720, B.4: the CRC32C of "123456789" is e3069283; the mask is TFRecord's.
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);

        assertThat(EventRecords.maskedChecksum(digits, digits.length))
                .isEqualTo(Integer.rotateRight(0xe3069283, 15) + 0xa282ead8);
    }

    @Test
    void everyFigureHasTheTagOfTransformers() {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", 0.5);
        values.put("rewards/chosen", -0.25);
        values.put("eval_loss", 0.75);
        values.put("eval_rewards/margins", 2.0);
        values.put("merge/cumulative_alpha", 0.125);
        values.put("merge/layers/3/kept", 4e9);
        TensorBoardSink sink = sink(0);
        sink.record(new StepMetrics(300, values));

        Map<String, Double> scalars = events().get(2).scalars();
        assertThat(scalars)
                .containsExactly(
                        Map.entry("train/loss", 0.5),
                        Map.entry("train/rewards/chosen", -0.25),
                        Map.entry("eval/loss", 0.75),
                        Map.entry("eval/rewards/margins", 2.0),
                        Map.entry("train/merge/cumulative_alpha", 0.125),
                        Map.entry("train_layers/3/kept", 4e9));
    }

    @Test
    void aResumedRunTakesBackWhatComesAfterItsCheckpoint() {
        TensorBoardSink sink = sink(120);
        sink.record(new StepMetrics(121, Map.of("loss", 0.5)));
        sink.record(new StepMetrics(122, Map.of("loss", 0.25)));

        assertThat(events())
                .containsExactly(
                        new Event(NOW, 0, "brain.Event:2", false, Map.of()),
                        new Event(NOW, 121, "", true, Map.of()),
                        new Event(NOW, 121, "", false, Map.of("train/loss", 0.5)),
                        new Event(NOW, 122, "", false, Map.of("train/loss", 0.25)));
    }

    private TensorBoardSink sink(long lastStep) {
        InstantSource clock = InstantSource.fixed(Instant.ofEpochMilli(1_700_000_000_250L));
        return new TensorBoardSink(file, lastStep, clock);
    }

    private List<Event> events() {
        return EventFileReader.read(file.toByteArray());
    }
}

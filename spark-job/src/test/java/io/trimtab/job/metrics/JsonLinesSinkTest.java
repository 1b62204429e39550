package io.trimtab.job.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonLinesSinkTest {

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    @Test
    void writesOneObjectPerStepWithTheStepFirstAndCountsWhole() {
        JsonLinesSink sink = new JsonLinesSink(file, 0);
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", 0.6931471805599453);
        values.put("learning_rate", 1e-6);
        values.put("rewards/chosen", 0.0);
        values.put("examples", 4.0);
        values.put("tokens", 4e9);
        values.put("eval_examples", 23.0);
        sink.record(new StepMetrics(1, values));
        sink.record(new StepMetrics(2, Map.of("loss", 0.5)));

        assertThat(written())
                .isEqualTo("{\"step\":1,\"loss\":0.6931471805599453,\"learning_rate\":1.0E-6,\"rewards/chosen\":0.0,"
                        + "\"examples\":4,\"tokens\":4000000000,\"eval_examples\":23}\n{\"step\":2,\"loss\":0.5}\n");
    }

    @Test
    void everyLineIsInTheFileBeforeTheNextStep() {
        class CountingStream extends ByteArrayOutputStream {
            int writes;
            int flushedBytes;

            @Override
            public synchronized void write(byte[] bytes) {
                writes++;
                write(bytes, 0, bytes.length);
            }

            @Override
            public void flush() {
                flushedBytes = size();
            }
        }
        CountingStream stream = new CountingStream();
        JsonLinesSink sink = new JsonLinesSink(stream, 0);
        sink.record(new StepMetrics(1, Map.of("loss", 0.5)));

        assertThat(stream.writes).isEqualTo(1);
        assertThat(stream.flushedBytes).isEqualTo("{\"step\":1,\"loss\":0.5}\n".length());
    }

    @Test
    void refusesAStepThatIsAlreadyWritten() {
        JsonLinesSink resumed = new JsonLinesSink(file, 120);

        assertThatThrownBy(() -> resumed.record(new StepMetrics(120, Map.of("loss", 0.5))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Cannot write the metrics of step 120: step 120 is already in the file and steps only increase");
        resumed.record(new StepMetrics(121, Map.of("loss", 0.5)));
        assertThat(written()).isEqualTo("{\"step\":121,\"loss\":0.5}\n");
    }

    private String written() {
        return file.toString(StandardCharsets.UTF_8);
    }
}

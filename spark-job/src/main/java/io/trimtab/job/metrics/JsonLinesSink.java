package io.trimtab.job.metrics;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Writes {@code metrics.jsonl}: one object per step and line, {@code step} first and strictly increasing. Every line is handed to the
 * stream whole and flushed, so that a killed driver leaves complete lines. Owns the stream.
 */
public final class JsonLinesSink implements MetricSink {

    private static final JsonFactory JSON = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

    private final OutputStream out;
    private long lastStep;

    /** @param lastStep the step of the last line that the file already holds, 0 for an empty one */
    public JsonLinesSink(OutputStream out, long lastStep) {
        this.out = out;
        this.lastStep = lastStep;
    }

    @Override
    public void record(StepMetrics metrics) {
        if (metrics.step() <= lastStep) {
            throw new IllegalStateException("Cannot write the metrics of step " + metrics.step() + ": step " + lastStep
                    + " is already in the file and steps only increase");
        }
        try {
            out.write(line(metrics));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the metrics of step " + metrics.step(), e);
        }
        lastStep = metrics.step();
    }

    private static byte[] line(StepMetrics metrics) throws IOException {
        var bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField("step", metrics.step());
            for (Map.Entry<String, Double> value : metrics.values().entrySet()) {
                if (StepMetrics.isCount(value.getKey())) {
                    json.writeNumberField(value.getKey(), value.getValue().longValue());
                } else {
                    json.writeNumberField(value.getKey(), value.getValue().doubleValue());
                }
            }
            json.writeEndObject();
            json.writeRaw('\n');
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot close the metrics file after step " + lastStep, e);
        }
    }
}

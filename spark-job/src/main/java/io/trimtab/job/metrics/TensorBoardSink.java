package io.trimtab.job.metrics;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes a TensorBoard event file of scalars, with the tags that transformers' own callback gives them ({@code train/loss},
 * {@code train/rewards/chosen}, {@code eval/loss}), so that runs of both lie over each other. Figures of single layers are a group
 * of their own, {@code train_layers}: they are many, and few who look at a loss want to page through them. Every step is handed to the
 * stream whole and flushed. Owns the stream.
 */
public final class TensorBoardSink implements MetricSink {
    private static final String TRAINING_GROUP = "train/";
    private static final String EVALUATION_GROUP = "eval/";
    private static final String LAYERS_GROUP = "train_layers/";

    private final OutputStream out;
    private final InstantSource clock;
    private final long lastStep;
    private boolean begun;

    /**
     * A file's first record takes back the steps after {@code lastStep} that earlier files of its folder hold, because an attempt got
     * further than its last checkpoint.
     *
     * @param out an empty file
     * @param lastStep the step behind which this attempt goes on, 0 for a new run
     */
    public TensorBoardSink(OutputStream out, long lastStep, InstantSource clock) {
        this.out = out;
        this.clock = clock;
        this.lastStep = lastStep;
    }

    @Override
    public void record(StepMetrics metrics) {
        if (!begun) {
            write(EventRecords.version(now()), metrics.step());
            write(EventRecords.start(now(), lastStep + 1), metrics.step());
            begun = true;
        }
        Map<String, Double> byTag = new LinkedHashMap<>();
        metrics.values().forEach((name, value) -> byTag.put(tag(name), value));
        write(EventRecords.scalars(now(), metrics.step(), byTag), metrics.step());
    }

    private static String tag(String name) {
        if (name.startsWith(StepMetrics.EVALUATION)) {
            return EVALUATION_GROUP + name.substring(StepMetrics.EVALUATION.length());
        }
        return name.startsWith(StepMetrics.LAYERS)
                ? LAYERS_GROUP + name.substring(StepMetrics.LAYERS.length())
                : TRAINING_GROUP + name;
    }

    private double now() {
        return clock.millis() / 1000.0;
    }

    private void write(byte[] record, long step) {
        try {
            out.write(record);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write TensorBoard's events of step " + step, e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot close TensorBoard's event file", e);
        }
    }
}

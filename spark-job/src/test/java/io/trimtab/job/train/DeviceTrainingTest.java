package io.trimtab.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.data.Example;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.model.Policy;
import io.trimtab.model.Precision;
import io.trimtab.model.engine.Device;
import io.trimtab.model.loss.LossSettings;
import io.trimtab.model.loss.SequenceLoss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same fifty DPO steps on a GPU and on the CPU: a real model on real text (golden/README section A). */
class DeviceTrainingTest {

    private static final int STEPS = 50;
    private static final SequenceLoss LOSS = SequenceLoss.of(new LossSettings("sigmoid", 0.1, 0.0, 1.0, 1.0));

    @BeforeEach
    void needsAGpu() {
        assumeTrue(TestDevice.DEVICE.cuda(), "-Dtrimtab.device names no GPU");
    }

    /** Both round, and fifty steps carry the roundings on; the curves must lie on each other. */
    @ParameterizedTest
    @CsvSource({"FP64, 1e-6", "FP32, 1e-3", "BF16, 0.1"})
    void aGpuLearnsWhatTheCpuLearns(Precision precision, double tolerance) throws Exception {
        LoopRun.Outcome cpu = run(precision, Device.CPU);
        LoopRun.Outcome gpu = run(precision, TestDevice.DEVICE);
        double worst = 0;
        for (int step = 0; step < STEPS; step++) {
            double expected = cpu.metrics().get(step).value("loss");
            double loss = gpu.metrics().get(step).value("loss");
            worst = Math.max(worst, Math.abs(loss - expected) / expected);
            assertThat(loss).as("step %d", step + 1).isCloseTo(expected, within(tolerance * expected));
        }
        System.out.printf(
                "%s: loss %.6f on the GPU and %.6f on the CPU after %d steps, apart by %.2e at most; again on the GPU %s%n",
                precision,
                gpu.metrics().get(STEPS - 1).value("loss"),
                cpu.metrics().get(STEPS - 1).value("loss"),
                STEPS,
                worst,
                Arrays.equals(gpu.weights(), run(precision, TestDevice.DEVICE).weights())
                        ? "bit-equal"
                        : "not bit-equal");
    }

    private static LoopRun.Outcome run(Precision precision, Device device) throws Exception {
        TinyModel model = TinyModel.open();
        List<List<ReferencedExample>> sameRowsEveryStep = Collections.nCopies(STEPS, rows(model, precision, device));
        return new LoopRun(() -> model.policy(precision, device), LOSS, STEPS)
                .adamW(new AdamWSettings(1e-6, 0.9, 0.999, 1e-8, 0.0, 1.0))
                .run((rank, policy) -> Rows.ofRank(sameRowsEveryStep, rank, 1))
                .get(0);
    }

    /** Sixteen pairs with the device's own references. */
    private static List<ReferencedExample> rows(TinyModel model, Precision precision, Device device) {
        JsonNode batches = Golden.read("batches.json");
        List<Example> pairs = new ArrayList<>();
        for (int k = 0; k < batches.get("pairs").size(); k++) {
            pairs.add(Golden.pair(batches, k));
        }
        try (Policy reference = model.policy(precision, device)) {
            return Rows.scored(pairs, reference);
        }
    }
}

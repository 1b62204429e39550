package io.trimtab.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.data.Example;
import io.trimtab.job.metrics.StepMetrics;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.model.Policy;
import io.trimtab.model.Precision;
import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.loss.LossSettings;
import io.trimtab.model.loss.SequenceLoss;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Training in bfloat16 beside training in floats, a real model on real text (golden/README section A), each with references of its own. */
class BfloatTrainingTest {

    private static final int STEPS = 50;
    private static final SequenceLoss LOSS = SequenceLoss.of(new LossSettings("sigmoid", 0.1, 0.0, 1.0, 1.0));

    private final TinyModel model = TinyModel.open();

    /** Rounding blurs every figure that bfloat16 shows, but what it learns is told by its weights, computed in 32 bits. */
    @Test
    void whatFiftyStepsLearnStaysWithinOnePercentOfTheLossInFloats() throws Exception {
        List<StepMetrics> floats = run(Precision.FP32, STEPS).metrics();
        LoopRun.Outcome bfloats = run(Precision.BF16, STEPS);
        assertThat(floats.get(STEPS - 1).value("loss")).isLessThan(0.6);
        for (int step = 7; step < STEPS; step += 7) {
            double expected = floats.get(step).value("loss");
            assertThat(lossInFloats(bfloats.weightsAfter().get(step - 1)))
                    .as("with the weights after step %d", step)
                    .isCloseTo(expected, within(0.01 * expected));
            assertThat(bfloats.metrics().get(step).value("loss"))
                    .as("as bfloat16 shows it in step %d", step + 1)
                    .isCloseTo(expected, within(0.1 * expected));
        }
    }

    /**
     * Of a model stored in bfloat16, as most are, no weight moves half as far as its numbers lie apart: rounded to the nearest, the loss would stay at ln 2.
     */
    @Test
    void lossOfAModelStoredInBfloat16FallsAsInFloats() throws Exception {
        float[] stored = model.weights();
        for (int i = 0; i < stored.length; i++) {
            stored[i] = Float.intBitsToFloat(Float.floatToRawIntBits(stored[i]) & 0xFFFF0000);
        }
        int steps = 20;
        List<StepMetrics> floats =
                run(() -> model.policy(stored, Precision.FP32), steps).metrics();
        List<StepMetrics> bfloats =
                run(() -> model.policy(stored, Precision.BF16), steps).metrics();
        assertThat(floats.get(steps - 1).value("loss")).isLessThan(0.66);
        for (int step = 0; step < steps; step++) {
            double expected = floats.get(step).value("loss");
            assertThat(bfloats.get(step).value("loss"))
                    .as("step %d", step + 1)
                    .isCloseTo(expected, within(0.02 * expected));
        }
    }

    private double lossInFloats(float[] weights) {
        try (Policy policy = model.policy(weights)) {
            MicroBatch batch =
                    new StepBatch(1, rows(Precision.FP32)).trained(4096).get(0);
            double[] logProbs = policy.logProbs(batch.packed());
            return LOSS.of(
                            batch.examples(),
                            logProbs,
                            batch.references(),
                            batch.packed().tokenCounts(),
                            0)
                    .sums()
                    .loss();
        }
    }

    @Test
    void theRoundingOfTheFirstStepIsToldOnceAndOnlyInBfloat16() throws Exception {
        assertThat(run(Precision.BF16, 2).announced())
                .filteredOn(line -> line.startsWith("bf16"))
                .singleElement()
                .asString()
                .startsWith("bf16 log-probs of 32 completions, ")
                .contains(" tokens, beside fp32: mean ")
                .contains("; beside the reference table: mean ");
        assertThat(run(Precision.FP32, 2).announced()).noneMatch(line -> line.startsWith("bf16"));
    }

    /** The policy's own log-probs as references: all that is left is what other neighbours in the batch change. */
    @Test
    void roundingIsMeasuredAgainst32BitsAndAgainstTheTable() {
        List<ReferencedExample> rows = rows(Precision.BF16);
        try (Policy policy = model.policy(Precision.BF16);
                Policy floats = model.policy()) {
            RoundingBias bias =
                    RoundingBias.of(policy, new StepBatch(1, rows), 4096).orElseThrow();
            double sum = 0;
            for (ReferencedExample row : rows) {
                PackedBatch alone = PackedBatch.of(List.of(row.example()));
                double[] rounded = policy.logProbs(alone);
                double[] exact = floats.logProbs(alone);
                sum += rounded[0] - exact[0] + rounded[1] - exact[1];
            }
            assertThat(bias.beside32Bits().mean()).isNotZero().isCloseTo(sum / 32, within(0.01));
            assertThat(bias.beside32Bits().deviation()).isBetween(0.001, 1.0);
            assertThat(bias.besideReference().orElseThrow().mean()).isCloseTo(0, within(0.01));
            assertThat(RoundingBias.of(floats, new StepBatch(1, rows), 4096)).isEmpty();
        }
    }

    private LoopRun.Outcome run(Precision precision, int steps) throws Exception {
        return run(() -> model.policy(precision), steps);
    }

    private static LoopRun.Outcome run(Supplier<Policy> policies, int steps) throws Exception {
        List<List<ReferencedExample>> sameRowsEveryStep = Collections.nCopies(steps, rows(policies));
        return new LoopRun(policies, LOSS, steps)
                .adamW(new AdamWSettings(1e-6, 0.9, 0.999, 1e-8, 0.0, 1.0))
                .run((rank, policy) -> Rows.ofRank(sameRowsEveryStep, rank, 1))
                .get(0);
    }

    private List<ReferencedExample> rows(Precision precision) {
        return rows(() -> model.policy(precision));
    }

    /** Sixteen pairs. */
    private static List<ReferencedExample> rows(Supplier<Policy> references) {
        JsonNode batches = Golden.read("batches.json");
        List<Example> pairs = new ArrayList<>();
        for (int k = 0; k < batches.get("pairs").size(); k++) {
            pairs.add(Golden.pair(batches, k));
        }
        try (Policy reference = references.get()) {
            return Rows.scored(pairs, reference);
        }
    }
}

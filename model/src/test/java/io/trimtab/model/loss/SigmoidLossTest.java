package io.trimtab.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.model.SharedFolder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SigmoidLossTest {

    private static final double GOLDEN = 1e-12;

    @Test
    void agreesWithTrlAndTheSmoothedFormula() {
        JsonNode golden = SharedFolder.json("golden/losses.json");
        int cases = 0;
        for (JsonNode entry : golden.get("dpo")) {
            String type = entry.get("loss_type").asText();
            if (!entry.has("f_divergence") && (type.equals("sigmoid") || type.equals("cdpo"))) {
                agrees(entry, golden.get("dpo_rows"));
                cases++;
            }
        }
        assertThat(cases).isEqualTo(4);
    }

    private static void agrees(JsonNode entry, JsonNode rows) {
        SequenceLoss loss = SequenceLoss.of(new LossSettings(
                "sigmoid",
                entry.get("beta").asDouble(),
                entry.get("label_smoothing").asDouble(),
                1,
                1));
        double[] logProbs = new double[2 * rows.size()];
        double[] references = new double[2 * rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            for (int side = 0; side < 2; side++) {
                logProbs[2 * i + side] = rows.get(i).get(side).asDouble();
                references[2 * i + side] = rows.get(i).get(2 + side).asDouble();
            }
            LossTerms alone = LossRows.terms(
                    loss, List.of(LossRows.pair()), new double[] {logProbs[2 * i], logProbs[2 * i + 1]}, new double[] {
                        references[2 * i], references[2 * i + 1]
                    });
            assertThat(alone.sums().loss())
                    .isEqualTo(entry.get("row_loss").get(i).asDouble(), within(GOLDEN));
        }
        LossTerms batch = LossRows.terms(loss, Collections.nCopies(rows.size(), LossRows.pair()), logProbs, references);
        boolean wholeBatch = entry.has("batch_loss");
        if (wholeBatch) {
            assertThat(batch.sums().loss()).isEqualTo(entry.get("batch_loss").asDouble(), within(GOLDEN));
        }
        for (int i = 0; i < rows.size(); i++) {
            assertThat(batch.logProbGradients()[2 * i])
                    .isEqualTo(entry.get("row_d_chosen").get(i).asDouble(), within(GOLDEN));
            assertThat(batch.logProbGradients()[2 * i + 1])
                    .isEqualTo(entry.get("row_d_rejected").get(i).asDouble(), within(GOLDEN));
            if (wholeBatch) {
                assertThat(batch.logProbGradients()[2 * i] / batch.sums().denominator())
                        .isEqualTo(entry.get("batch_d_chosen").get(i).asDouble(), within(GOLDEN));
            }
        }
    }

    /** Worked by hand: beta h = 0.1 ((-10 + 12) - (-14 + 13)) = 0.3; -log sigma(0.3) = 0.5543552445, of -0.3 0.8543552445. */
    @ParameterizedTest
    @CsvSource({"0.0, 0.5543552445, -0.0425557483", "0.1, 0.5843552445, -0.0325557483"})
    void smoothingMixesTheLossesOfBothLabels(double smoothing, double loss, double slope) {
        LossTerms terms = LossRows.terms(
                SequenceLoss.of(new LossSettings("sigmoid", 0.1, smoothing, 1, 1)),
                List.of(LossRows.pair()),
                new double[] {-10, -14},
                new double[] {-12, -13});
        assertThat(terms.sums().loss()).isEqualTo(loss, within(1e-10));
        assertThat(terms.logProbGradients()[0]).isEqualTo(slope, within(1e-10));
    }

    @Test
    void reportsRewardsAndLogProbsInTrlsNames() {
        LossTerms terms = LossRows.terms(
                SequenceLoss.of(LossRows.settings("sigmoid", 0.1)),
                List.of(LossRows.pair(), LossRows.pair()),
                new double[] {-10, -14, -3, -3},
                new double[] {-12, -13, -3, -3});
        Map<String, Double> metrics = terms.sums().metrics();
        assertThat(metrics.keySet())
                .containsExactly(
                        "loss",
                        "rewards/chosen",
                        "rewards/rejected",
                        "rewards/accuracies",
                        "rewards/margins",
                        "logps/chosen",
                        "logps/rejected",
                        "examples",
                        "tokens");
        assertThat(metrics.get("rewards/chosen")).isEqualTo(0.1, within(1e-15));
        assertThat(metrics.get("rewards/rejected")).isEqualTo(-0.05, within(1e-15));
        assertThat(metrics.get("rewards/margins")).isEqualTo(0.15, within(1e-15));
        assertThat(metrics.get("rewards/accuracies"))
                .as("a tie is not accurate")
                .isEqualTo(0.5);
        assertThat(metrics.get("logps/chosen")).isEqualTo(-6.5);
        assertThat(metrics.get("logps/rejected")).isEqualTo(-8.5);
        assertThat(metrics.get("examples")).isEqualTo(2);
        assertThat(metrics.get("tokens"))
                .as("prompt 3 and completion 2, four times")
                .isEqualTo(20);
    }

    /** Four real pairs under stories260k with the perturbed model as the reference. */
    @Test
    void metricsOfARealBatchAgreeWithTrl() {
        JsonNode parity = SharedFolder.json("golden/model_parity.json");
        JsonNode batch = parity.get("dpo_batch");
        double[] logProbs = new double[8];
        double[] references = new double[8];
        for (int k = 0; k < 4; k++) {
            JsonNode pair = parity.get("pairs").get(batch.get("pairs").get(k).asInt());
            logProbs[2 * k] = pair.at("/chosen/policy_sum").asDouble();
            logProbs[2 * k + 1] = pair.at("/rejected/policy_sum").asDouble();
            references[2 * k] = pair.at("/chosen/perturbed_sum").asDouble();
            references[2 * k + 1] = pair.at("/rejected/perturbed_sum").asDouble();
        }
        LossTerms terms = LossRows.terms(
                SequenceLoss.of(LossRows.settings("sigmoid", batch.get("beta").asDouble())),
                Collections.nCopies(4, LossRows.pair()),
                logProbs,
                references);
        Map<String, Double> metrics = terms.sums().metrics();
        assertThat(metrics.get("loss")).isEqualTo(batch.get("loss").asDouble(), within(GOLDEN));
        assertThat(metrics.get("rewards/margins")).isEqualTo(batch.get("margin").asDouble(), within(GOLDEN));
        assertThat(metrics.get("rewards/accuracies"))
                .isEqualTo(batch.get("accuracy").asDouble());
        assertThat(metrics.get("rewards/chosen")).isEqualTo(mean(batch.get("rewards_chosen")), within(GOLDEN));
        assertThat(metrics.get("rewards/rejected")).isEqualTo(mean(batch.get("rewards_rejected")), within(GOLDEN));
    }

    private static double mean(JsonNode values) {
        double sum = 0;
        for (JsonNode value : values) {
            sum += value.asDouble();
        }
        return sum / values.size();
    }

    @Test
    void startsAtLogTwoWhereThePolicyIsTheReference() {
        double[] same = {-37.25, -41.5};
        assertThat(LossRows.terms(
                                SequenceLoss.of(LossRows.settings("sigmoid", 0.1)),
                                List.of(LossRows.pair()),
                                same,
                                same)
                        .sums()
                        .loss())
                .isEqualTo(Math.log(2), within(1e-15));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1, 0.49})
    void derivativeIsTheFiniteDifference(double smoothing) {
        SequenceLoss loss = SequenceLoss.of(new LossSettings("sigmoid", 0.3, smoothing, 1, 1));
        double[] references = {-12, -13, -4, -2};
        List<Example> rows = List.of(LossRows.pair(), LossRows.pair());
        double[] at = {-10, -14, -9, -1};
        double[] gradients = LossRows.terms(loss, rows, at, references).logProbGradients();
        for (int i = 0; i < at.length; i++) {
            assertThat(gradients[i]).isEqualTo(FiniteDifference.of(loss, rows, at, references, 0, i), within(1e-8));
        }
    }

    @Test
    void staysFiniteWhereSigmaUnderflows() {
        for (double margin : new double[] {1e4, -1e4, 1e300, -1e300}) {
            LossTerms terms = LossRows.terms(
                    SequenceLoss.of(new LossSettings("sigmoid", 1, 0.1, 1, 1)),
                    List.of(LossRows.pair()),
                    new double[] {margin, 0},
                    new double[] {0, 0});
            double expected = Math.abs(margin) * (margin > 0 ? 0.1 : 0.9);
            assertThat(terms.sums().loss()).isEqualTo(expected, within(expected * 1e-12));
            assertThat(terms.logProbGradients()[0]).isEqualTo(margin > 0 ? 0.1 : -0.9, within(1e-12));
        }
    }

    @Test
    void aNonFiniteLogProbShowsInTheLoss() {
        assertThat(LossRows.terms(
                                SequenceLoss.of(LossRows.settings("sigmoid", 0.1)),
                                List.of(LossRows.pair()),
                                new double[] {Double.NaN, -1},
                                new double[] {-1, -1})
                        .sums()
                        .loss())
                .isNaN();
    }

    @Test
    void findsTheSidesByRoleNotByPlace() {
        Example swapped = LossRows.row(CompletionRole.REJECTED, CompletionRole.CHOSEN);
        LossTerms terms = LossRows.terms(
                SequenceLoss.of(LossRows.settings("sigmoid", 0.1)),
                List.of(swapped),
                new double[] {-14, -10},
                new double[] {-13, -12});
        assertThat(terms.sums().loss()).isEqualTo(0.5543552445, within(1e-10));
        assertThat(terms.logProbGradients()[1]).isEqualTo(-0.0425557483, within(1e-10));
    }

    @Test
    void refusesARowWithoutASide() {
        assertThatThrownBy(() -> LossRows.terms(
                        SequenceLoss.of(LossRows.settings("sigmoid", 0.1)),
                        List.of(LossRows.row(CompletionRole.CHOSEN)),
                        new double[1],
                        new double[1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Row row has no completion REJECTED");
    }

    @Test
    void refusesArraysOfAnotherLength() {
        assertThatThrownBy(() -> LossRows.terms(
                        SequenceLoss.of(LossRows.settings("sigmoid", 0.1)),
                        List.of(LossRows.pair()),
                        new double[2],
                        new double[3]))
                .hasMessage("The examples have 2 completions, but an array has 3 entries");
    }
}

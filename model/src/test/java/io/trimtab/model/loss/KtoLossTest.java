package io.trimtab.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.model.SharedFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KtoLossTest {

    private static final double GOLDEN = 1e-12;
    private static final double Z0 = 0.8 / 3;

    @Test
    void agreesWithTrl() {
        JsonNode golden = SharedFolder.json("golden/losses.json");
        int cases = 0;
        for (JsonNode entry : golden.get("kto")) {
            if (entry.get("loss_type").asText().equals("kto")) {
                agrees(entry, golden.get("kto_rows"));
                cases++;
            }
        }
        assertThat(cases).as("18 with rows, one of a negative estimate").isEqualTo(19);
    }

    private static void agrees(JsonNode entry, JsonNode rows) {
        SequenceLoss loss = SequenceLoss.of(new LossSettings(
                "kto",
                entry.get("beta").asDouble(),
                0,
                entry.get("lambda_desirable").asDouble(),
                entry.get("lambda_undesirable").asDouble()));
        double z0 = entry.get("z0").asDouble();
        List<Example> examples = new ArrayList<>();
        double[] logProbs = new double[rows.size()];
        double[] references = new double[rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            examples.add(LossRows.labelled(rows.get(i).get(2).asBoolean()));
            logProbs[i] = rows.get(i).get(0).asDouble();
            references[i] = rows.get(i).get(1).asDouble();
            if (entry.has("row_loss")) {
                LossTerms alone = loss.of(
                        List.of(examples.get(i)),
                        new double[] {logProbs[i]},
                        new double[] {references[i]},
                        new int[1],
                        z0);
                assertThat(alone.sums().loss())
                        .isEqualTo(entry.get("row_loss").get(i).asDouble(), within(GOLDEN));
            }
        }
        LossTerms batch = loss.of(examples, logProbs, references, new int[rows.size()], z0);
        assertThat(batch.sums().loss()).isEqualTo(entry.get("batch_loss").asDouble(), within(GOLDEN));
        for (int i = 0; i < rows.size(); i++) {
            if (entry.has("row_d_logp")) {
                assertThat(batch.logProbGradients()[i])
                        .isEqualTo(entry.get("row_d_logp").get(i).asDouble(), within(GOLDEN));
            }
            assertThat(batch.logProbGradients()[i] / batch.sums().denominator())
                    .isEqualTo(entry.get("batch_d_logp").get(i).asDouble(), within(GOLDEN));
        }
    }

    /** Log-ratios 2 (desirable), -1 (undesirable), -0.5 (desirable); the figures were worked out from the paper's equation 8. */
    @Test
    void weighsTheClassesApart() {
        LossTerms unit = threeRows(1);
        assertThat(unit.sums().loss()).isEqualTo(0.4814359082, within(1e-10));
        assertThat(unit.logProbGradients()[0]).isEqualTo(-0.0248131585, within(1e-10));
        assertThat(unit.logProbGradients()[1]).isEqualTo(0.0248999898, within(1e-10));
        assertThat(threeRows(2).sums().loss()).isEqualTo(0.6375611099, within(1e-10));
    }

    @Test
    void reportsMeansOverEachClass() {
        Map<String, Double> metrics = threeRows(2).sums().metrics();
        assertThat(metrics.keySet())
                .containsExactly(
                        "loss",
                        "rewards/chosen",
                        "rewards/rejected",
                        "rewards/margins",
                        "logps/chosen",
                        "logps/rejected",
                        "kl",
                        "examples",
                        "tokens");
        assertThat(metrics.get("rewards/chosen")).isEqualTo(0.1 * (2 - 0.5) / 2, within(1e-15));
        assertThat(metrics.get("rewards/rejected")).isEqualTo(-0.1, within(1e-15));
        assertThat(metrics.get("rewards/margins")).isEqualTo(0.075 + 0.1, within(1e-15));
        assertThat(metrics.get("logps/chosen")).isEqualTo((-10 - 20.5) / 2, within(1e-15));
        assertThat(metrics.get("kl")).isEqualTo(Z0, within(1e-15));
        assertThat(metrics.get("tokens")).isEqualTo(15);
    }

    @Test
    void aClassThatIsNotThereHasNoFigures() {
        Map<String, Double> metrics = loss(1).of(
                        List.of(LossRows.labelled(true)), new double[] {-1}, new double[] {-2}, new int[1], 0)
                .sums()
                .metrics();
        assertThat(metrics.keySet())
                .containsExactly("loss", "rewards/chosen", "logps/chosen", "kl", "examples", "tokens");
    }

    @Test
    void startsAtOneHalfWhereThePolicyIsTheReference() {
        double[] same = {-3, -4};
        assertThat(loss(1).of(List.of(LossRows.labelled(true), LossRows.labelled(false)), same, same, new int[2], 0)
                        .sums()
                        .loss())
                .isEqualTo(0.5);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void derivativeIsTheFiniteDifferenceWithConstantZ0(boolean desirable) {
        SequenceLoss loss = SequenceLoss.of(new LossSettings("kto", 0.4, 0, 1.33, 0.7));
        List<Example> rows = List.of(LossRows.labelled(desirable));
        double[] references = {-9};
        double[] at = {-7.5};
        double expected = FiniteDifference.of(loss, rows, at, references, Z0, 0);
        assertThat(loss.of(rows, at, references, new int[1], Z0).logProbGradients()[0])
                .isEqualTo(expected, within(1e-9));
    }

    @Test
    void staysFiniteWhereSigmaSaturates() {
        for (double logRatio : new double[] {1e5, -1e5, 1e300}) {
            LossTerms terms =
                    loss(1).of(List.of(LossRows.labelled(true)), new double[] {logRatio}, new double[1], new int[1], 0);
            assertThat(terms.sums().loss()).isEqualTo(logRatio > 0 ? 0 : 1);
            assertThat(terms.logProbGradients()[0]).isZero();
        }
    }

    @Test
    void aMismatchedCompletionHasNoPartInTheSums() {
        Example row = LossRows.row(CompletionRole.DESIRABLE, CompletionRole.MISMATCHED);
        LossTerms terms = loss(1).of(List.of(row), new double[] {-10, -70}, new double[] {-12, -30}, new int[2], 0);
        assertThat(terms.sums().loss()).isEqualTo(0.45016600268752205, within(GOLDEN));
        assertThat(terms.logProbGradients()[1]).isZero();
        assertThat(terms.sums().usefulTokens()).isEqualTo(5);
    }

    @Test
    void refusesRowsOfAnotherStage() {
        assertThatThrownBy(() -> loss(1).of(List.of(LossRows.pair()), new double[2], new double[2], new int[2], 0))
                .hasMessage("Row row cannot train with loss kto, a completion is CHOSEN");
    }

    @Test
    void refusesARowWithoutALabelledCompletion() {
        Example row = LossRows.row(CompletionRole.MISMATCHED);
        assertThatThrownBy(() -> loss(1).of(List.of(row), new double[1], new double[1], new int[1], 0))
                .hasMessage("Row row cannot train with loss kto, it needs one labelled completion and has 0");
    }

    private static LossTerms threeRows(double undesirableWeight) {
        return loss(undesirableWeight)
                .of(
                        List.of(LossRows.labelled(true), LossRows.labelled(false), LossRows.labelled(true)),
                        new double[] {-10, -14, -20.5},
                        new double[] {-12, -13, -20},
                        new int[3],
                        Z0);
    }

    private static SequenceLoss loss(double undesirableWeight) {
        return SequenceLoss.of(new LossSettings("kto", 0.1, 0, 1, undesirableWeight));
    }
}

package io.trimtab.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.data.Example;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LossSumsTest {

    /** Powers of two add exactly, so equality is exact. */
    @Test
    void anySplitIntoPartsGivesTheSameFigures() {
        SequenceLoss loss = SequenceLoss.of(LossRows.settings("sigmoid", 0.5));
        Example pair = LossRows.pair();
        double[] logProbs = {-10, -14, -8, -8, -2, -4};
        double[] references = new double[6];
        LossSums whole = LossRows.terms(loss, List.of(pair, pair, pair), logProbs, references)
                .sums();
        LossSums parts = LossRows.terms(
                        loss, List.of(pair), Arrays.copyOfRange(logProbs, 0, 2), Arrays.copyOf(references, 2))
                .sums()
                .plus(LossSums.ZERO)
                .plus(LossRows.terms(
                                loss,
                                List.of(pair, pair),
                                Arrays.copyOfRange(logProbs, 2, 6),
                                Arrays.copyOf(references, 4))
                        .sums());
        assertThat(parts.metrics()).containsAllEntriesOf(withoutLoss(whole));
        assertThat(parts.loss()).isCloseTo(whole.loss(), within(1e-15));
    }

    private static Map<String, Double> withoutLoss(LossSums sums) {
        Map<String, Double> metrics = sums.metrics();
        metrics.remove("loss");
        return metrics;
    }

    @Test
    void survivesTheWayThroughAnAllReduceWithMoreBehindIt() {
        LossSums sums = LossRows.terms(
                        SequenceLoss.of(LossRows.settings("sigmoid", 0.1)),
                        List.of(LossRows.pair()),
                        new double[] {-10, -14},
                        new double[] {-12, -13})
                .sums();
        double[] sent = Arrays.copyOf(sums.toArray(), LossSums.SIZE + 1);
        sent[LossSums.SIZE] = 1;
        assertThat(LossSums.of(sent).metrics()).isEqualTo(sums.metrics());
    }

    @Test
    void aRankWithoutRowsAddsZeros() {
        LossTerms empty =
                LossRows.terms(SequenceLoss.of(LossRows.settings("kto", 0.1)), List.of(), new double[0], new double[0]);
        assertThat(empty.sums().toArray()).containsOnly(0);
        assertThat(empty.sums().metrics().keySet()).containsExactly("examples", "tokens");
    }

    @Test
    void refusesAShortArray() {
        assertThatThrownBy(() -> LossSums.of(new double[3])).hasMessageContaining("got 3");
    }
}

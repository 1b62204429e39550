package io.trimtab.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NextTokenTest {
    /** Probabilities 0.4, 0.3, 0.2, 0.1 at places 2, 0, 3, 1 behind one number of another text. */
    private static final double[] LOGITS = {99, Math.log(0.3), Math.log(0.1), Math.log(0.4), Math.log(0.2)};

    private static final int FROM = 1;
    private static final int WORDS = 4;

    @ParameterizedTest
    @CsvSource({"0, 0", "0.299, 0", "0.301, 1", "0.399, 1", "0.401, 2", "0.799, 2", "0.801, 3", "0.9999, 3"})
    void drawsByTheCumulativeDistributionInOrderOfIds(double uniform, int token) {
        assertThat(choose(Sampling.atTemperature(1), uniform)).isEqualTo(token);
    }

    @Test
    void topKKeepsTheSoManyMostProbable() {
        assertThat(reachable(new Sampling(1, 1, 1, 1))).containsExactly(2);
        assertThat(reachable(new Sampling(1, 3, 1, 1))).containsExactly(0, 2, 3);
        assertThat(reachable(new Sampling(1, 9, 1, 1))).containsExactly(0, 1, 2, 3);
    }

    @Test
    void topPKeepsTheTokenThatPassesTheBorder() {
        assertThat(reachable(new Sampling(1, 0, 0.05, 1))).containsExactly(2);
        assertThat(reachable(new Sampling(1, 0, 0.45, 1))).containsExactly(0, 2);
        assertThat(reachable(new Sampling(1, 0, 0.85, 1))).containsExactly(0, 2, 3);
        assertThat(reachable(new Sampling(1, 0, 0.95, 1))).containsExactly(0, 1, 2, 3);
    }

    @Test
    void topPCountsWhatTopKLeft() {
        // Of 0.4 and 0.3 the first has 0.57 of the rest: enough for 0.5, while it would not be of the whole.
        assertThat(reachable(new Sampling(1, 2, 0.5, 1))).containsExactly(2);
    }

    @Test
    void temperatureSharpensTheDistribution() {
        // 0.4^2 : 0.3^2 : 0.2^2 : 0.1^2 = 16 : 9 : 4 : 1
        assertThat(choose(Sampling.atTemperature(0.5), 0.299)).isZero();
        assertThat(choose(Sampling.atTemperature(0.5), 0.301)).isEqualTo(1);
        assertThat(choose(Sampling.atTemperature(0.5), 0.866)).isEqualTo(2);
        assertThat(choose(Sampling.atTemperature(0.5), 0.868)).isEqualTo(3);
    }

    @Test
    void thePenaltyMakesSeenTokensLessProbableWhateverTheirSign() {
        double[] logits = {2, 1.5, -1, -1.5};
        BitSet seen = new BitSet();
        seen.set(0);
        assertThat(new NextToken(new Sampling(0, 0, 1, 2)).choose(logits, 0, 4, seen, 0))
                .isEqualTo(1);
        double[] negative = {-1, -1.5, -9, -9};
        assertThat(new NextToken(new Sampling(0, 0, 1, 2)).choose(negative, 0, 4, seen, 0))
                .isEqualTo(1);
        assertThat(new NextToken(Sampling.GREEDY).choose(negative, 0, 4, seen, 0))
                .isZero();
    }

    @Test
    void equalLogitsGoToTheLowestId() {
        assertThat(new NextToken(Sampling.GREEDY).choose(new double[] {1, 3, 3}, 0, 3, new BitSet(), 0))
                .isEqualTo(1);
    }

    @Test
    void logProbsAreThoseOfTheLogits() {
        assertThat(NextToken.logProb(LOGITS, FROM, WORDS, 3)).isCloseTo(Math.log(0.2), within(1e-12));
    }

    @Test
    void valuesWithoutAMeaningAreRefused() {
        assertThatThrownBy(() -> new Sampling(-1, 0, 1, 1))
                .hasMessage("temperature must be 0 or a positive number: -1.0");
        assertThatThrownBy(() -> new Sampling(1, -1, 1, 1)).hasMessageContaining("top-k");
        assertThatThrownBy(() -> new Sampling(1, 0, 0, 1)).hasMessageContaining("top-p");
        assertThatThrownBy(() -> new Sampling(1, 0, Double.NaN, 1)).hasMessageContaining("top-p");
        assertThatThrownBy(() -> new Sampling(1, 0, 1, 0)).hasMessageContaining("repetition-penalty");
    }

    private static int choose(Sampling sampling, double uniform) {
        return new NextToken(sampling).choose(LOGITS, FROM, WORDS, new BitSet(), uniform);
    }

    private static Set<Integer> reachable(Sampling sampling) {
        Set<Integer> tokens = new TreeSet<>();
        for (int i = 0; i < 1000; i++) {
            tokens.add(choose(sampling, i / 1000.0));
        }
        return tokens;
    }
}

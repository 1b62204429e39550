package io.trimtab.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenMeanLossTest {

    private static final Example ROW = LossRows.row(CompletionRole.TARGET);

    @Test
    void dividesByTrainedTokensSoThatALongAnswerWeighsMore() {
        LossTerms terms = SequenceLoss.of(LossRows.settings("sft", 0.1))
                .of(List.of(ROW, ROW), new double[] {-6, -1}, new double[2], new int[] {3, 1}, 0);
        assertThat(terms.sums().denominator()).isEqualTo(4);
        assertThat(terms.sums().loss()).isEqualTo(7.0 / 4, within(1e-15));
        assertThat(terms.logProbGradients()).containsExactly(-1, -1);
    }

    @Test
    void reportsNothingAboutPreferences() {
        LossTerms terms = SequenceLoss.of(LossRows.settings("sft", 0.1))
                .of(List.of(ROW), new double[] {-6}, new double[] {Double.NaN}, new int[] {2}, 0);
        assertThat(terms.sums().metrics().keySet()).containsExactly("loss", "examples", "tokens");
        assertThat(terms.sums().examples()).isEqualTo(1);
        assertThat(terms.sums().usefulTokens()).isEqualTo(5);
    }
}

package io.trimtab.data.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassBalanceTest {
    @ParameterizedTest
    @CsvSource({
        // desirable, undesirable, desirable weight, undesirable weight, balanced
        "100, 100, 1, 1, true",
        "400, 300, 1, 1, true",
        "100, 150, 1, 1, false",
        "100, 150, 1.5, 1, true",
        "300, 100, 1, 1, false",
        "300, 100, 1, 2.5, true",
        "300, 100, 1, 2.0, false",
    })
    void theWeightedRatioLiesBetweenOneAndFourThirds(
            long desirable, long undesirable, double desirableWeight, double undesirableWeight, boolean balanced) {
        assertThat(new ClassBalance(desirable, undesirable, desirableWeight, undesirableWeight).isBalanced())
                .isEqualTo(balanced);
    }

    @Test
    void everyAdvisedWeightBalances() {
        ClassBalance odd = new ClassBalance(37, 4000, 1, 1);
        // 4000 / 37 = 108.1, times 4/3 = 144.1; 37 / 4000 = 0.00925, times 3/4 = 0.00694.
        assertThat(odd.desirableWeights()).containsExactly(108.0, 144.0);
        assertThat(odd.undesirableWeights()).containsExactly(0.00694, 0.00925);
        for (double weight : odd.desirableWeights()) {
            assertThat(new ClassBalance(37, 4000, weight, 1).isBalanced()).isTrue();
        }
        for (double weight : odd.undesirableWeights()) {
            assertThat(new ClassBalance(37, 4000, 1, weight).isBalanced()).isTrue();
        }
    }
}

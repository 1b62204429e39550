package io.trimtab.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class KlEstimateTest {

    /** Workers with log-ratios {0.4, -0.2} and {0.6}: 0.8 / 3, not the mean of means 0.35. */
    @Test
    void dividesTheGlobalSumByTheGlobalCount() {
        KlEstimate both = estimate(0.4, -0.2).plus(estimate(0.6));
        assertThat(both.value()).isEqualTo(0.2666666667, within(1e-10));
    }

    /** Workers with -0.9 and 0.2: clamped before the addition it would be 0.1. */
    @Test
    void isClampedOnlyAfterTheLastAddition() {
        KlEstimate both = estimate(-0.9).plus(estimate(0.2));
        assertThat(both.sum()).isEqualTo(-0.7, within(1e-15));
        assertThat(both.value()).isZero();
    }

    @Test
    void survivesTheWayThroughAnAllReduce() {
        KlEstimate estimate = estimate(0.4, -0.2, 0.7);
        assertThat(KlEstimate.of(estimate.toArray())).isEqualTo(estimate);
    }

    @Test
    void countsMismatchedCompletionsOnly() {
        Example row = LossRows.row(CompletionRole.DESIRABLE, CompletionRole.MISMATCHED);
        KlEstimate estimate =
                KlEstimate.of(List.of(row, row), new double[] {-1, -5, -1, -7}, new double[] {-9, -6, -9, -5});
        assertThat(estimate).isEqualTo(new KlEstimate(1 - 2, 2));
    }

    @Test
    void isZeroWithoutRows() {
        assertThat(KlEstimate.of(List.of(), new double[0], new double[0]).value())
                .isZero();
        assertThat(KlEstimate.NONE.value()).isZero();
    }

    @Test
    void doesNotHideANonFiniteLogRatio() {
        assertThat(estimate(0.1, Double.NaN).value()).isNaN();
    }

    private static KlEstimate estimate(double... logRatios) {
        List<Example> rows = Collections.nCopies(logRatios.length, LossRows.row(CompletionRole.MISMATCHED));
        return KlEstimate.of(rows, logRatios, new double[logRatios.length]);
    }
}

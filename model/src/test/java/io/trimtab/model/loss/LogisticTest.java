package io.trimtab.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LogisticTest {

    @Test
    void isExactAtTheEdges() {
        assertThat(Logistic.softplus(Double.NEGATIVE_INFINITY)).isZero();
        assertThat(Logistic.softplus(Double.POSITIVE_INFINITY)).isInfinite();
        assertThat(Logistic.softplus(-40)).isEqualTo(Math.exp(-40));
        assertThat(Logistic.sigmoid(-750)).isZero();
        assertThat(Logistic.sigmoid(-700)).isEqualTo(Math.exp(-700));
        assertThat(Logistic.sigmoid(0)).isEqualTo(0.5);
        assertThat(Logistic.sigmoid(1e308)).isEqualTo(1);
    }

    /** log sigma(x) = -softplus(-x), and the two sides of sigma add up to 1. */
    @Test
    void theFunctionsBelongTogether() {
        for (double x = -30; x <= 30; x += 0.37) {
            assertThat(Math.exp(-Logistic.softplus(-x))).isEqualTo(Logistic.sigmoid(x), within(1e-15));
            assertThat(Logistic.sigmoid(x) + Logistic.sigmoid(-x)).isEqualTo(1, within(1e-15));
        }
    }

    @Test
    void aNaNStaysOne() {
        assertThat(Logistic.sigmoid(Double.NaN)).isNaN();
        assertThat(Logistic.softplus(Double.NaN)).isNaN();
    }
}

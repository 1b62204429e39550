package io.trimtab.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PointsTest {
    @Test
    void smoothingLeavesAStraightLineAsItIs() {
        Points line = new Points(new double[] {1, 2, 3, 4, 5}, new double[] {10, 20, 30, 40, 50});
        assertThat(line.smoothed(2).y()).containsExactly(line.y(), within(1e-12));
    }

    @Test
    void aWarmUpIsNotNoisyAndAMeasurementIs() {
        double[] x = new double[80];
        double[] rate = new double[80];
        double[] measured = new double[80];
        for (int i = 0; i < 80; i++) {
            x[i] = i;
            rate[i] = Math.min(1, i / 10.0);
            measured[i] = i + 5 * Math.sin(i * 2.3);
        }
        assertThat(new Points(x, rate).isNoisy()).isFalse();
        assertThat(new Points(x, measured).isNoisy()).isTrue();
    }

    @Test
    void thinningKeepsTheMean() {
        double[] x = new double[1000];
        double[] y = new double[1000];
        for (int i = 0; i < 1000; i++) {
            x[i] = i;
            y[i] = i % 10;
        }
        Points thin = new Points(x, y).thinned(100);
        assertThat(thin.size()).isEqualTo(100);
        assertThat(thin.y()).containsOnly(4.5);
        assertThat(thin.x()[99]).isEqualTo(994.5);
    }

    @ParameterizedTest
    @CsvSource({"0.9, 1", "1, 1", "1.1, 2", "2.2, 2.5", "3, 5", "7, 10", "0.00013, 0.0002", "40000, 50000"})
    void marksOfAnAxisAreRoundNumbersApart(double wanted, double step) {
        assertThat(Axis.roundStep(wanted)).isCloseTo(step, within(step * 1e-9));
    }

    @Test
    void anAxisOfOneValueHasRoomAroundIt() {
        Axis axis = Axis.covering(0, 0, 0, 100, 5);
        assertThat(axis.place(0)).isCloseTo(50, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({
        "0.0001, 1e-4",
        "0.69314, 0.6931",
        "12.3456, 12.35",
        "1234567, 1.23M",
        "1600, '1\u202f600'",
        "-0.25, -0.2500"
    })
    void numbersAreShortAndReadable(double value, String text) {
        assertThat(Numbers.plain(value)).isEqualTo(text);
    }
}

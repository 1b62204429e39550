package io.trimtab.merge.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FiguresTest {

    @Test
    void ofWeightsThatRanAwayAreAbsent() {
        double[] sums = new double[MergeTelemetry.Sum.COUNT];
        Arrays.fill(sums, Double.NaN);
        assertThat(MergeTelemetry.figures(sums, 0, true)).isEmpty();
        Arrays.fill(sums, Double.POSITIVE_INFINITY);
        assertThat(MergeTelemetry.figures(sums, 0, true)).isEmpty();
    }
}

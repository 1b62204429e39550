package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trimtab.model.engine.EngineSession;
import io.trimtab.model.engine.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DitheredRoundingTest {

    private static final int ENTRIES = 300_000;

    /** Between two bfloat16 numbers from 2^-6 to 2^-5. */
    private static final double SPACING = 0x1p-13;

    private final EngineSession session = EngineSession.open(Policy.script(), 1, Precision.BF16, OnDevice.DEVICE);
    private final DitheredRounding rounding = new DitheredRounding(session);

    @AfterEach
    void close() {
        session.close();
    }

    @Test
    void bfloat16NumbersStayWhatTheyAre() {
        double[] numbers = onTheGrid();
        numbers[0] = 0;
        numbers[1] = -0x1p-133; // the smallest
        numbers[2] = 0x1.fep127; // the largest
        numbers[3] = 1;
        assertThat(rounded(numbers)).isEqualTo(numbers);
    }

    @Test
    void everyOtherNumberGoesToOneOfItsNeighbours() {
        double[] numbers = new SplittableRandom(3)
                .doubles(ENTRIES, -0x1p-5, 0x1p-5)
                .map(x -> (float) x)
                .toArray();
        double[] rounded = rounded(numbers);
        for (int i = 0; i < ENTRIES; i++) {
            assertThat(Math.abs(rounded[i] - numbers[i])).isLessThan(SPACING);
            assertThat((Float.floatToRawIntBits((float) rounded[i]) & 0xFFFF)).isZero();
        }
    }

    /** Rounded to the nearest, none of these steps would arrive. */
    @Test
    void ofStepsBelowTheSpacingTheExpectedShareArrives() {
        double[] start = onTheGrid();
        for (double step : new double[] {0.01 * SPACING, 0.3 * SPACING, -0.07 * SPACING}) {
            double[] after = Arrays.stream(start).map(x -> (float) (x + step)).toArray();
            double[] rounded = rounded(after);
            double moved = 0;
            for (int i = 0; i < ENTRIES; i++) {
                moved += (rounded[i] - start[i]) / ENTRIES;
            }
            assertThat(moved).isCloseTo(step, within(0.002 * SPACING));
        }
    }

    @Test
    void copiesAreRenewedInPlaceAndEqualNumbersRoundAlike() {
        double[] numbers = new SplittableRandom(5).doubles(ENTRIES, -1, 1).toArray();
        Tensor copy = rounding.of(session.root().reals(new double[ENTRIES], ENTRIES));
        rounding.again(List.of(copy), List.of(session.root().reals(numbers, ENTRIES)));
        assertThat(widened(copy)).isEqualTo(rounded(numbers));
    }

    /** Both signs. */
    private static double[] onTheGrid() {
        return new SplittableRandom(1)
                .ints(ENTRIES, 128, 256)
                .mapToDouble(i -> (i % 2 == 0 ? 1 : -1) * i * SPACING)
                .toArray();
    }

    private double[] rounded(double[] numbers) {
        return widened(rounding.of(session.root().reals(numbers, numbers.length)));
    }

    private double[] widened(Tensor copy) {
        return session.withoutGradients(() -> session.root()
                .call("join")
                .with(List.of(session.root().zeros(0), copy))
                .tensor()
                .toDoubles());
    }
}

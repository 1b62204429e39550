package io.trimtab.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.model.OnDevice;
import org.junit.jupiter.api.Test;

class MatmulPeakTest {

    /** Any machine makes more than a hundred million and less than a hundred thousand billion operations in a second. */
    @Test
    void bothRatesAreThoseOfAMachine() {
        MatmulPeak peak = MatmulPeak.measure(1, OnDevice.DEVICE);
        assertThat(peak.fp32()).isBetween(1e8, 1e16);
        assertThat(peak.bf16()).isBetween(1e8, 1e16);
    }
}

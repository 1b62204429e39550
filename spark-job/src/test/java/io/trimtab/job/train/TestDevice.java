package io.trimtab.job.train;

import io.trimtab.model.PolicyOptions;
import io.trimtab.model.engine.Device;

/** Where tests of the loop compute: on the CPU, or with {@code -Dtrimtab.device=cuda} on a GPU. */
final class TestDevice {

    static final Device DEVICE = Device.of(System.getProperty("trimtab.device", "cpu"));

    private TestDevice() {}

    static PolicyOptions training() {
        return PolicyOptions.training(1).on(DEVICE);
    }
}

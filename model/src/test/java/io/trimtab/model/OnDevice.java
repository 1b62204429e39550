package io.trimtab.model;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.trimtab.model.engine.Device;

/** Options of the policies that tests make: on the CPU, or with {@code -Dtrimtab.device=cuda} on a GPU. */
public final class OnDevice {

    public static final Device DEVICE = Device.of(System.getProperty("trimtab.device", "cpu"));

    private OnDevice() {}

    /** For tests of equal bits: a GPU adds gradients of attention and of an embedding's rows in whatever order its threads arrive. */
    static void assumeOneOrderOfAdding() {
        assumeFalse(DEVICE.cuda(), "A GPU adds in no fixed order");
    }

    public static PolicyOptions training(int threads) {
        return PolicyOptions.training(threads).on(DEVICE);
    }

    public static PolicyOptions inference(int threads) {
        return PolicyOptions.inference(threads).on(DEVICE);
    }
}

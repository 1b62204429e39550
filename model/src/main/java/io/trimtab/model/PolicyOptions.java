package io.trimtab.model;

import static java.util.Objects.requireNonNull;

import io.trimtab.model.engine.Device;
import java.io.Serializable;

/**
 * How a policy is held and computed.
 *
 * @param threads threads of the engine inside one operation; results are bit-equal only for the same number
 * @param trainable whether gradients are kept: as much memory again as the weights
 * @param activationCheckpointing keep one layer's activations at a time and compute them again in the backward pass: about a quarter
 *     more time, memory for activations divided by the number of layers
 * @param device of weights, gradients and activations
 */
public record PolicyOptions(
        int threads, boolean trainable, boolean activationCheckpointing, Precision precision, Device device)
        implements Serializable {

    public PolicyOptions {
        requireNonNull(precision, "precision is null");
        requireNonNull(device, "device is null");
        if (threads < 1) {
            throw new IllegalArgumentException("A policy needs at least one thread: " + threads);
        }
    }

    /** Keeps gradients, all activations, 32-bit floats; on the CPU. */
    public static PolicyOptions training(int threads) {
        return new PolicyOptions(threads, true, false, Precision.FP32, Device.CPU);
    }

    /** For scoring, evaluation and generation: no gradients; on the CPU. */
    public static PolicyOptions inference(int threads) {
        return new PolicyOptions(threads, false, false, Precision.FP32, Device.CPU);
    }

    /**
     * Whether weights and gradients are 32-bit floats in this process's memory: reading and writing them is a plain copy then, which
     * loses nothing and which several threads may do at once.
     */
    public boolean isInHostMemory() {
        return !device.cuda() && precision != Precision.FP64;
    }

    public PolicyOptions withPrecision(Precision other) {
        return new PolicyOptions(threads, trainable, activationCheckpointing, other, device);
    }

    public PolicyOptions on(Device other) {
        return new PolicyOptions(threads, trainable, activationCheckpointing, precision, other);
    }

    public PolicyOptions withActivationCheckpointing(boolean on) {
        return new PolicyOptions(threads, trainable, on, precision, device);
    }
}

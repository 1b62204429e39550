package io.trimtab.model.engine;

import java.io.Serializable;

/**
 * Where tensors lie and are computed with: the CPU, or one CUDA GPU.
 *
 * @param cuda whether it is a GPU
 * @param index of the GPU among those that this process sees; 0 for the CPU
 */
public record Device(boolean cuda, int index) implements Serializable {
    private static final long serialVersionUID = 1L;

    public static final Device CPU = new Device(false, 0);

    private static final String PREFIX = "cuda";

    public Device {
        if (index < 0 || (!cuda && index > 0)) {
            throw new IllegalArgumentException("There is no device " + (cuda ? PREFIX : "cpu") + ":" + index);
        }
    }

    public static Device cuda(int index) {
        return new Device(true, index);
    }

    /** Reads {@code cpu}, {@code cuda} for the first GPU, or {@code cuda:<index>}. */
    public static Device of(String name) {
        if (name.equals("cpu")) {
            return CPU;
        }
        if (name.equals(PREFIX)) {
            return cuda(0);
        }
        if (name.matches(PREFIX + ":\\d{1,4}")) {
            return cuda(Integer.parseInt(name.substring(PREFIX.length() + 1)));
        }
        throw new IllegalArgumentException("A device is cpu, cuda or cuda:<index>: " + name);
    }

    ai.djl.Device ofEngine() {
        return cuda ? ai.djl.Device.gpu(index) : ai.djl.Device.cpu();
    }

    @Override
    public String toString() {
        return cuda ? PREFIX + ":" + index : "cpu";
    }
}

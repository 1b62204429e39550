package io.trimtab.model.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What {@code model.device} asks for; which device that is, each process finds out by itself. */
public enum DeviceChoice {
    /** The GPU that a scheduler assigned, else the first that is visible, else the CPU. */
    AUTO,
    CPU,
    /** As {@link #AUTO}, but never the CPU. */
    CUDA;

    /**
     * The device of this process.
     *
     * @param assigned what a scheduler calls the GPU that it assigned: a number, or a name as CUDA_VISIBLE_DEVICES lists them
     * @throws DeviceException where a GPU is asked for, or assigned to a process that could use one, and is not there
     */
    public Device device(Optional<String> assigned) {
        return switch (this) {
            case CPU -> Device.CPU;
            case CUDA -> usable(assigned);
            case AUTO -> Gpus.supported() && (assigned.isPresent() || Gpus.count() > 0) ? usable(assigned) : Device.CPU;
        };
    }

    /**
     * Refuses a GPU where the class path has the library for CPUs alone; loads nothing, for those who do not compute themselves.
     *
     * @throws DeviceException naming the build
     */
    public void requireLibrary() {
        if (this == CUDA && !Gpus.shipped()) {
            throw Gpus.libraryForCpus(Device.cuda(0));
        }
    }

    private static Device usable(Optional<String> assigned) {
        Device device = Device.cuda(
                assigned.map(address -> index(address, Gpus.visible())).orElse(0));
        Gpus.require(device);
        return device;
    }

    /** CUDA counts the GPUs that CUDA_VISIBLE_DEVICES lists, in that order; without it, or where it does not list the address, all. */
    static int index(String address, Optional<String> visible) {
        List<String> names = visible.map(list ->
                        Arrays.stream(list.split(",")).map(String::strip).toList())
                .orElse(List.of());
        if (names.contains(address)) {
            return names.indexOf(address);
        }
        if (address.matches("\\d{1,4}")) {
            return Integer.parseInt(address);
        }
        throw new DeviceException("Cannot find the GPU that was assigned: it is called " + address
                + ", which is neither a number nor in CUDA_VISIBLE_DEVICES ("
                + visible.orElse("not set") + ")");
    }

    /** What was chosen and why, for a run's log. */
    public String line(Device chosen, Optional<String> assigned) {
        if (chosen.cuda()) {
            return chosen + " (" + Gpus.name(chosen) + ")"
                    + assigned.map(address -> ", assigned as gpu " + address).orElse("");
        }
        if (this == CPU) {
            return "the CPU";
        }
        return "the CPU"
                + assigned.map(address ->
                                ", though gpu " + address + " is assigned: the PyTorch library here is the one for"
                                        + " CPUs; build with the profile cuda124")
                        .orElse(
                                Gpus.supported()
                                        ? ": no GPU is visible"
                                        : ": the PyTorch library here is the one for CPUs");
    }
}

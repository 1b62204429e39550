package io.trimtab.model.engine;

import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.ClassLoaderUtils;
import ai.djl.util.Utils;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import io.trimtab.model.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.Properties;

/** The CUDA GPUs that this process sees. */
public final class Gpus {

    private static final String COUNT = """
            def gpus(self) -> int:
              return ops.cuda.device_count()
            """;

    /** How DJL finds out whether a machine has GPUs, before it loads a library for them. */
    static final String RUNTIME =
            "That for GPUs is taken where libcudart.so, of its CUDA version or newer, is on the loader's path"
                    + " (LD_LIBRARY_PATH) and finds a GPU";

    private static final int NAME_LENGTH = 128;

    private Gpus() {}

    /**
     * A GPU's memory in bytes.
     *
     * @param free of all processes
     */
    public record Capacity(long free, long total) {}

    /** Whether the engine's native library can use GPUs at all. */
    public static boolean supported() {
        EngineSession.engine();
        return Files.exists(Path.of(LibUtils.getLibtorchPath(), System.mapLibraryName("torch_cuda")));
    }

    /** How many there are; 0 where the native library knows none or the machine has none. */
    public static int count() {
        if (!supported()) {
            return 0;
        }
        EngineSession session = EngineSession.open(COUNT, 1, Precision.FP32, Device.CPU);
        try {
            return (int) session.root().call("gpus").number();
        } finally {
            session.close();
        }
    }

    /** Whether a library for GPUs could be loaded, by the class path alone: nothing is loaded. */
    static boolean shipped() {
        if (Utils.getEnvOrSystemProperty("PYTORCH_LIBRARY_PATH") != null) {
            return true;
        }
        try {
            for (URL url : Collections.list(
                    ClassLoaderUtils.getContextClassLoader().getResources("native/lib/pytorch.properties"))) {
                if (isForGpus(url)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read what PyTorch library the class path has", e);
        }
    }

    private static boolean isForGpus(URL url) throws IOException {
        Properties library = new Properties();
        try (InputStream in = url.openStream()) {
            library.load(in);
        }
        return library.getProperty("flavor", library.getProperty("classifier", ""))
                .startsWith("cu");
    }

    static DeviceException libraryForCpus(Device device) {
        String reason = shipped()
                ? "the PyTorch library that was loaded is the one for CPUs, though one for GPUs is at hand. " + RUNTIME
                : "the PyTorch library here is the one for CPUs. Build with the profile cuda124 and put its pytorch-native jar in"
                        + " place of pytorch-native-cpu, or set model.device = cpu";
        return new DeviceException("Cannot compute on " + device + ": " + reason);
    }

    /** @throws DeviceException where this process cannot compute there, with the reason */
    static void require(Device device) {
        if (!supported()) {
            throw libraryForCpus(device);
        }
        int count = count();
        if (device.index() >= count) {
            throw new DeviceException("Cannot compute on " + device + ": "
                    + (count == 0 ? "no GPU is visible here; what does nvidia-smi say?" : count + " are visible here.")
                    + " CUDA_VISIBLE_DEVICES is " + visible().orElse("not set"));
        }
    }

    static Optional<String> visible() {
        return Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES"));
    }

    /** What a GPU has, by its driver; empty where that cannot be asked. */
    public static Optional<Capacity> capacity(Device device) {
        return Driver.open().flatMap(driver -> driver.capacity(device.index()));
    }

    /** Its product name; the device's own where the driver cannot be asked. */
    public static String name(Device device) {
        return Driver.open().flatMap(driver -> driver.name(device.index())).orElse(device.toString());
    }

    /** The few calls of libcuda that PyTorch has no operator for. */
    private record Driver(NativeLibrary library) {

        static Optional<Driver> open() {
            try {
                Driver driver = new Driver(NativeLibrary.getInstance(EngineSession.DRIVER));
                return driver.call("cuInit", 0) ? Optional.of(driver) : Optional.empty();
            } catch (LinkageError missing) {
                return Optional.empty();
            }
        }

        Optional<Capacity> capacity(int index) {
            IntByReference device = new IntByReference();
            PointerByReference context = new PointerByReference();
            LongByReference free = new LongByReference();
            LongByReference total = new LongByReference();
            // The context is PyTorch's own, made here if it is not there yet.
            boolean told = call("cuDeviceGet", device, index)
                    && call("cuDevicePrimaryCtxRetain", context, device.getValue())
                    && call("cuCtxSetCurrent", context.getValue())
                    && call("cuMemGetInfo_v2", free, total);
            return told ? Optional.of(new Capacity(free.getValue(), total.getValue())) : Optional.empty();
        }

        Optional<String> name(int index) {
            IntByReference device = new IntByReference();
            try (Memory text = new Memory(NAME_LENGTH)) {
                boolean told = call("cuDeviceGet", device, index)
                        && call("cuDeviceGetName", text, NAME_LENGTH, device.getValue());
                return told ? Optional.of(text.getString(0)) : Optional.empty();
            }
        }

        private boolean call(String function, Object... arguments) {
            return library.getFunction(function).invokeInt(arguments) == 0;
        }
    }
}

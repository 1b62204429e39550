package io.trimtab.model.engine;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import io.trimtab.model.Precision;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One user of the engine: its script, its tensors and its settings.
 *
 * <p>The engine keeps gradient mode, the number of threads and the graph optimiser per thread, so every public operation of a model begins
 * with {@link #withGradients} or {@link #withoutGradients}, whatever thread it runs in. One session is used by one thread at a time;
 * sessions of different threads do not disturb each other.
 *
 * <p>Sessions in bfloat16 on the CPU take turns, all those of a process: two threads in such products at a time have given wrong gradients, in 4
 * of 430 rounds, where one thread gave none. Ranks are processes of their own, so nothing waits where nothing is shared.
 *
 * <p>On a GPU calls return before their work is done; what reads results waits for them.
 */
public final class EngineSession implements AutoCloseable {

    /** Of the process, as what it guards is. */
    private static final ReentrantLock BFLOAT16 = new ReentrantLock();

    /** What this package calls, beside the methods of the session's user. */
    private static final String COPIES = """
            def parts(self, x: Tensor, sizes: List[int]) -> List[Tensor]:
              return torch.split_with_sizes(x, sizes)
            def block(self, x: Tensor, start: int, end: int) -> Tensor:
              return torch.slice(torch.view(torch.detach(x), [-1]), 0, start, end)
            def pinned(self, x: Tensor) -> Tensor:
              return torch.pin_memory(x)
            def download(self, host: Tensor, x: Tensor, start: int, end: int) -> int:
              _0 = torch.copy_(torch.slice(host, 0, 0, torch.sub(end, start)), (self).block(x, start, end, ))
              return 0
            def upload(self, host: Tensor, x: Tensor, start: int, end: int) -> int:
              _0 = torch.copy_((self).block(x, start, end, ), torch.slice(host, 0, 0, torch.sub(end, start)))
              return 0
            """;

    /** Operators that the engine's CUDA library alone has. */
    private static final String CUDA = """
            def synchronize(self) -> int:
              _0 = ops.cuda.synchronize()
              return 0
            """;

    /** The driver's library; PyTorch's for GPUs does not load without it, even to compute on the CPU. */
    static final String DRIVER = "libcuda.so.1";

    private final TensorScope root;
    private final PtSymbolBlock block;
    private final int threads;
    private final Device device;
    private final boolean takesTurns;
    /** Null where Java sees the tensors' own memory. */
    private final @Nullable Stage stage;

    private EngineSession(
            TensorScope root, PtSymbolBlock block, int threads, Device device, boolean takesTurns, boolean staged) {
        this.root = root;
        this.block = block;
        this.threads = threads;
        this.device = device;
        this.takesTurns = takesTurns;
        this.stage = staged ? Stage.of(root, device.cuda(), Stage.WINDOW) : null;
    }

    /**
     * Loads a script of its own.
     *
     * @param script TorchScript methods
     * @param threads threads inside one operation on the CPU
     * @param precision of numbers made here, and whether work has to take turns
     * @param device of everything made here
     * @throws DeviceException where there is no such device
     */
    public static EngineSession open(String script, int threads, Precision precision, Device device) {
        return open(script, threads, precision, device, device.cuda());
    }

    /** @param staged whether Java reads and writes tensors through a stage; a GPU has no other way */
    static EngineSession open(String script, int threads, Precision precision, Device device, boolean staged) {
        if (device.cuda()) {
            Gpus.require(device);
        }
        PtNDManager manager = (PtNDManager) engine().newBaseManager(device.ofEngine());
        String methods = script + COPIES + (device.cuda() ? CUDA : "");
        try {
            PtSymbolBlock block =
                    JniUtils.loadModule(manager, new ByteArrayInputStream(ScriptArchive.of(methods)), false, false);
            DataType real = precision == Precision.FP64 ? DataType.FLOAT64 : DataType.FLOAT32;
            TensorScope root = new TensorScope(manager, block.getHandle(), real);
            boolean takesTurns = precision == Precision.BF16 && !device.cuda();
            return new EngineSession(root, block, threads, device, takesTurns, staged);
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException("Cannot load the TorchScript methods", e);
        }
    }

    /** The engine, its native library loaded once per process. */
    static Engine engine() {
        try {
            return Engine.getEngine("PyTorch");
        } catch (EngineException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                String message = String.valueOf(cause.getMessage());
                // DJL would download another one, which it may not.
                if (message.startsWith("Offline")) {
                    throw new DeviceException(
                            "Cannot load PyTorch: the class path has no library for this machine. " + Gpus.RUNTIME
                                    + "; without a GPU use pytorch-native-cpu",
                            e);
                }
                if (cause instanceof UnsatisfiedLinkError && message.contains(DRIVER)) {
                    throw new DeviceException(
                            "Cannot compute here: the PyTorch library is the one for GPUs, and this machine has no NVIDIA"
                                    + " driver (" + DRIVER + "). Use pytorch-native-cpu here, or install the driver",
                            e);
                }
            }
            throw e;
        }
    }

    /**
     * The entries of a contiguous tensor, for Java to read and write between computations.
     *
     * @param blockEntries {@link TensorMemory#BLOCK}, or less to see that it does not matter
     */
    public TensorMemory memory(Tensor tensor, long blockEntries) {
        return stage == null ? TensorMemory.mapped(root, tensor, blockEntries) : TensorMemory.staged(stage, tensor);
    }

    /** Returns once everything that has been called is done. */
    public void synchronize() {
        if (device.cuda()) {
            root.call("synchronize").effect();
        }
    }

    /** The owner of everything that lives as long as the session. */
    public TensorScope root() {
        return root;
    }

    /** Runs work whose calls are recorded for a backward pass. */
    public <T> T withGradients(Work<T> work) {
        return inMode(true, work);
    }

    /** Runs work that records nothing. */
    public <T> T withoutGradients(Work<T> work) {
        return inMode(false, work);
    }

    /** Tensors and owners alive below the root. */
    public int liveTensors() {
        return root.size();
    }

    @Override
    public void close() {
        block.close();
        root.close();
    }

    private <T> T inMode(boolean gradients, Work<T> work) {
        if (!takesTurns) {
            return run(gradients, work);
        }
        BFLOAT16.lock();
        try {
            return run(gradients, work);
        } finally {
            BFLOAT16.unlock();
        }
    }

    private <T> T run(boolean gradients, Work<T> work) {
        configureThread();
        if (stage != null) {
            stage.settle();
        }
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(gradients);
        try {
            return work.run();
        } catch (EngineException e) {
            throw device.cuda() && isOutOfMemory(e) ? outOfMemory(e) : e;
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    private static boolean isOutOfMemory(EngineException failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("out of memory");
    }

    private DeviceException outOfMemory(EngineException failure) {
        String told = String.valueOf(failure.getMessage());
        int place = Math.max(0, told.indexOf("CUDA out of memory"));
        String first = told.substring(place).lines().findFirst().orElse(told);
        return new DeviceException(
                "The memory of " + device + " does not suffice: lower training.micro-batch-tokens, or set"
                        + " model.activation-checkpointing = on. The engine says: " + first,
                failure);
    }

    /** Every time: another session may have set this thread's numbers differently. */
    private void configureThread() {
        JniUtils.setNumThreads(threads);
        // Its fused kernels gain nothing here and break mixed types.
        JniUtils.setGraphExecutorOptimize(false);
    }

    /** A piece of work with a result. */
    @FunctionalInterface
    public interface Work<T> {
        T run();
    }
}

package io.trimtab.model.engine;

import ai.djl.engine.Engine;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import io.trimtab.model.Precision;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One user of the engine: its script, its tensors and its settings.
 *
 * <p>The engine keeps gradient mode, the number of threads and the graph optimiser per thread, so every public operation of a model begins
 * with {@link #withGradients} or {@link #withoutGradients}, whatever thread it runs in. One session is used by one thread at a time;
 * sessions of different threads do not disturb each other.
 *
 * <p>Sessions in bfloat16 take turns, all those of a process: two threads in such products at a time have given wrong gradients, in 4 of 430
 * rounds, where one thread gave none. Ranks are processes of their own, so nothing waits where nothing is shared.
 */
public final class EngineSession implements AutoCloseable {

    /** Of the process, as what it guards is. */
    private static final ReentrantLock BFLOAT16 = new ReentrantLock();

    private final TensorScope root;
    private final PtSymbolBlock block;
    private final int threads;
    private final boolean takesTurns;

    private EngineSession(TensorScope root, PtSymbolBlock block, int threads, boolean takesTurns) {
        this.root = root;
        this.block = block;
        this.threads = threads;
        this.takesTurns = takesTurns;
    }

    /**
     * Loads a script of its own.
     *
     * @param script TorchScript methods
     * @param threads threads inside one operation
     * @param precision of numbers made here, and whether work has to take turns
     */
    public static EngineSession open(String script, int threads, Precision precision) {
        PtNDManager manager =
                (PtNDManager) Engine.getEngine("PyTorch").newBaseManager().newSubManager();
        try {
            PtSymbolBlock block =
                    JniUtils.loadModule(manager, new ByteArrayInputStream(ScriptArchive.of(script)), false, false);
            DataType real = precision == Precision.FP64 ? DataType.FLOAT64 : DataType.FLOAT32;
            TensorScope root = new TensorScope(manager, block.getHandle(), real);
            return new EngineSession(root, block, threads, precision == Precision.BF16);
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException("Cannot load the TorchScript methods", e);
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
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(gradients);
        try {
            return work.run();
        } finally {
            JniUtils.setGradMode(before);
        }
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

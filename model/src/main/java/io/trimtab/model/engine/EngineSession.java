package io.trimtab.model.engine;

import ai.djl.engine.Engine;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * One user of the engine: its script, its tensors and its settings.
 *
 * <p>The engine keeps gradient mode, the number of threads and the graph optimiser per thread, so every public operation of a model begins
 * with {@link #withGradients} or {@link #withoutGradients}, whatever thread it runs in. One session is used by one thread at a time;
 * sessions of different threads do not disturb each other.
 */
public final class EngineSession implements AutoCloseable {

    private final TensorScope root;
    private final PtSymbolBlock block;
    private final int threads;

    private EngineSession(TensorScope root, PtSymbolBlock block, int threads) {
        this.root = root;
        this.block = block;
        this.threads = threads;
    }

    /**
     * Loads a script of its own.
     *
     * @param script TorchScript methods
     * @param threads threads inside one operation
     * @param doubles whether numbers have 64 bits, else 32
     */
    public static EngineSession open(String script, int threads, boolean doubles) {
        PtNDManager manager =
                (PtNDManager) Engine.getEngine("PyTorch").newBaseManager().newSubManager();
        try {
            PtSymbolBlock block =
                    JniUtils.loadModule(manager, new ByteArrayInputStream(ScriptArchive.of(script)), false, false);
            DataType real = doubles ? DataType.FLOAT64 : DataType.FLOAT32;
            return new EngineSession(new TensorScope(manager, block.getHandle(), real), block, threads);
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

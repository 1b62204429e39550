package io.trimtab.model.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;

/**
 * The owner of tensors: what it makes, and what methods called through it return, is freed when it closes. One lives as long as a model's
 * weights, a short one as long as one forward and backward pass. Bound to one thread at a time.
 */
public final class TensorScope implements AutoCloseable {

    final PtNDManager manager;
    private final long module;
    private final DataType real;

    TensorScope(PtNDManager manager, long module, DataType real) {
        this.manager = manager;
        this.module = module;
        this.real = real;
    }

    /** A shorter-lived owner; closes with this one at the latest. */
    public TensorScope open() {
        return new TensorScope(manager.newSubManager(manager.getDevice()), module, real);
    }

    /** Starts a call of a method of the session's script. */
    public ScriptCall call(String method) {
        return new ScriptCall(this, module, method);
    }

    /** An integer tensor with these entries. */
    public Tensor longs(int[] values, long... shape) {
        long[] wide = new long[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return new Tensor(manager.create(LongBuffer.wrap(wide), new Shape(shape), DataType.INT64));
    }

    /** A tensor of the session's number format with these entries. */
    public Tensor reals(double[] values, long... shape) {
        if (real == DataType.FLOAT64) {
            return new Tensor(manager.create(DoubleBuffer.wrap(values), new Shape(shape), DataType.FLOAT64));
        }
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return new Tensor(manager.create(FloatBuffer.wrap(floats), new Shape(shape), DataType.FLOAT32));
    }

    /** Integer tensors, one per array, (its length): moved to the device together. */
    public List<Tensor> longs(int[]... parts) {
        long[] sizes = new long[parts.length];
        int total = 0;
        for (int i = 0; i < parts.length; i++) {
            sizes[i] = parts[i].length;
            total += parts[i].length;
        }
        int[] all = new int[total];
        int at = 0;
        for (int[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return call("parts").with(longs(all, total)).with(sizes).tensors();
    }

    /** Zeros in the session's number format. */
    public Tensor zeros(long... shape) {
        return new Tensor((PtNDArray) manager.zeros(new Shape(shape), real));
    }

    /** The same in host memory, wherever the session computes. */
    Tensor hostZeros(long entries) {
        return new Tensor(JniUtils.createZerosNdArray(
                manager, new Shape(entries), real, ai.djl.Device.cpu(), SparseFormat.DENSE));
    }

    /** Lets methods differentiate by a leaf. */
    public void requireGradient(Tensor leaf) {
        JniUtils.attachGradient(leaf.array, true);
    }

    /** Tensors and shorter-lived owners alive here. */
    int size() {
        return manager.getManagedArrays().size();
    }

    @Override
    public void close() {
        manager.close();
    }
}

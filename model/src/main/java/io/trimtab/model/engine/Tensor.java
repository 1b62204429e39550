package io.trimtab.model.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;

/** A tensor of the engine; freed with the {@link TensorScope} that made it. */
public final class Tensor {

    final PtNDArray array;

    Tensor(PtNDArray array) {
        this.array = array;
    }

    /** Number of entries. */
    public long elements() {
        return array.size();
    }

    /** Entries as doubles. */
    public double[] toDoubles() {
        if (array.getDataType() == DataType.FLOAT64) {
            return array.toDoubleArray();
        }
        float[] floats = array.toFloatArray();
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }

    /** Entries of an integer tensor. */
    public long[] toLongs() {
        return array.toLongArray();
    }

    /** Frees the tensor before its scope ends. */
    public void close() {
        array.close();
    }
}

package io.trimtab.model.engine;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.List;

/** Tensors handed over as one argument, converted once: a model's weights go into every call. Does not own the tensors. */
public final class TensorList implements AutoCloseable {

    final IValue value;

    private TensorList(IValue value) {
        this.value = value;
    }

    public static TensorList of(List<Tensor> tensors) {
        return new TensorList(IValue.listFrom(arrays(tensors)));
    }

    static PtNDArray[] arrays(List<Tensor> tensors) {
        PtNDArray[] arrays = new PtNDArray[tensors.size()];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = tensors.get(i).array;
        }
        return arrays;
    }

    @Override
    public void close() {
        value.close();
    }
}

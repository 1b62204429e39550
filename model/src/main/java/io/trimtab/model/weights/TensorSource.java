package io.trimtab.model.weights;

import io.trimtab.model.TensorSpec;

/** Where weights come from: a model on a device, a folder, a checkpoint. */
@FunctionalInterface
public interface TensorSource {

    /** Copies entries {@code offset} to {@code offset + length - 1} of a tensor to {@code target} from index {@code at}. */
    void readFloats(TensorSpec tensor, long offset, float[] target, int at, int length);
}

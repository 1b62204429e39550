package io.trimtab.model.weights;

import io.trimtab.model.TensorSpec;
import java.util.Arrays;

/** A tensor of an opened safetensors file, in a type that can be read. */
record Stored(SafetensorsFile file, SafetensorsHeader.Entry entry, WeightType type) {

    Stored requireShape(TensorSpec spec) {
        if (!Arrays.equals(entry.shape(), spec.shape())) {
            throw new ModelFolderException("Cannot use " + file.path() + ", tensor " + spec.name() + " has shape "
                    + Arrays.toString(entry.shape()) + " and config.json asks for " + Arrays.toString(spec.shape()));
        }
        return this;
    }

    void read(long offset, float[] target, int at, int length) {
        file.read(entry, type, offset, target, at, length);
    }
}

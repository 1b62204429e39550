package io.trimtab.model.weights;

import io.trimtab.model.TensorSpec;
import java.util.Arrays;

/** A tensor of an opened safetensors file, in a type that can be read. */
record Stored(SafetensorsFile file, SafetensorsHeader.Entry entry, WeightType type) {

    private static final int AT_ONCE = 1 << 18;

    Stored requireShape(TensorSpec spec) {
        if (!Arrays.equals(entry.shape(), spec.shape())) {
            throw new ModelFolderException("Cannot use " + file.path() + ", tensor " + spec.name() + " has shape "
                    + Arrays.toString(entry.shape()) + " and config.json asks for " + Arrays.toString(spec.shape()));
        }
        return this;
    }

    /** Whether both have the same shape and, as floats, the same entries. */
    boolean equalsEntries(Stored other) {
        if (!Arrays.equals(entry.shape(), other.entry.shape())) {
            return false;
        }
        long entries = (entry.end() - entry.begin()) / type.bytes();
        float[] mine = new float[(int) Math.min(AT_ONCE, entries)];
        float[] theirs = new float[mine.length];
        for (long offset = 0; offset < entries; offset += AT_ONCE) {
            int length = (int) Math.min(AT_ONCE, entries - offset);
            read(offset, mine, 0, length);
            other.read(offset, theirs, 0, length);
            if (!Arrays.equals(mine, 0, length, theirs, 0, length)) {
                return false;
            }
        }
        return true;
    }

    void read(long offset, float[] target, int at, int length) {
        file.read(entry, type, offset, target, at, length);
    }
}

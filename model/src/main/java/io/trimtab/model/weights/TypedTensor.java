package io.trimtab.model.weights;

import java.util.Arrays;

/**
 * A tensor to be written, in a type of its own. The shape is copied in and out.
 */
public record TypedTensor(String name, long[] shape, WeightType type) {

    public TypedTensor {
        shape = shape.clone();
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    long bytes() {
        return Arrays.stream(shape).reduce(type.bytes(), Math::multiplyExact);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TypedTensor that
                && name.equals(that.name)
                && Arrays.equals(shape, that.shape)
                && type == that.type;
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return name + Arrays.toString(shape) + " " + type;
    }
}

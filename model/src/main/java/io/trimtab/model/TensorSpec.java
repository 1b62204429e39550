package io.trimtab.model;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;

/**
 * One parameter of a model: its Hugging Face name, its shape, and its id, the rank of the name in code-point order among all tensors of
 * the model's own table. The shape is copied in and out.
 */
public record TensorSpec(int id, String name, long[] shape) {

    public TensorSpec {
        requireNonNull(name, "name is null");
        shape = shape.clone();
        if (id < 0) {
            throw new IllegalArgumentException("Tensor " + name + " has a negative id: " + id);
        }
        for (long size : shape) {
            if (size < 1) {
                throw new IllegalArgumentException(
                        "Tensor " + name + " has an empty dimension: " + Arrays.toString(shape));
            }
        }
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** Number of entries, the product of the shape. */
    public long elements() {
        long product = 1;
        for (long size : shape) {
            product = Math.multiplyExact(product, size);
        }
        return product;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorSpec that
                && id == that.id
                && name.equals(that.name)
                && Arrays.equals(shape, that.shape);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return name + Arrays.toString(shape);
    }
}

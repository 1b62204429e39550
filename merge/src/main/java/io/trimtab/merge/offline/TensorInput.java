package io.trimtab.merge.offline;

/** One tensor of one model. */
public record TensorInput(String model, String tensor, TensorSource source) {

    void read(long offset, float[] target, int length) {
        source.read(tensor, offset, target, length);
    }

    @Override
    public String toString() {
        return "tensor " + tensor + " of " + model;
    }
}

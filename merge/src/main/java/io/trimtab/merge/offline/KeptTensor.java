package io.trimtab.merge.offline;

/** The reference's tensor as it is, in every result. */
record KeptTensor(int results) implements TensorMerge {

    @Override
    public void merge(Pieces inputs, Results results) {
        inputs.forEach((values, offset, length) -> {
            for (int result = 0; result < this.results; result++) {
                results.write(result, offset, values[inputs.reference()], length);
            }
        });
    }
}

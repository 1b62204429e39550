package io.trimtab.merge.offline;

import java.util.List;

/**
 * One tensor of the result.
 *
 * @param inputs read in step
 * @param reference index of the base, or of the first model where there is none: gives shape and type, and what is not merged
 * @param merged how many entries, whole rows from the first on, are merged; the reference's are kept beyond
 */
public record PlannedTensor(
        String name, Shape shape, List<TensorInput> inputs, int reference, long merged, TensorMerge merge) {

    public PlannedTensor {
        inputs = List.copyOf(inputs);
    }

    /** The model whose tensor decides the type of this one. */
    public String referenceModel() {
        return inputs.get(reference).model();
    }

    /** That model's name of it. */
    public String referenceTensor() {
        return inputs.get(reference).tensor();
    }
}

package io.trimtab.merge.offline;

import io.trimtab.merge.consensus.SeveralTerms;
import io.trimtab.merge.sparsify.TensorSparsifier;
import java.util.List;
import java.util.function.Supplier;

/**
 * {@code base + lambda consensus(w_i sparsify(theta_i - base))}: task arithmetic (arXiv 2212.04089), TIES, DARE, breadcrumbs and DELLA. What is sparsified
 * does not depend on weights and lambda, so results that differ in these share it.
 *
 * @param sparsifiers one for each input but the base, in order; a new one for each call
 * @param consensus by result
 * @param lambdas by result
 */
record TaskVectorMerge(List<Supplier<TensorSparsifier>> sparsifiers, List<SeveralTerms> consensus, double[] lambdas)
        implements TensorMerge {

    TaskVectorMerge {
        sparsifiers = List.copyOf(sparsifiers);
        consensus = List.copyOf(consensus);
    }

    @Override
    public void merge(Pieces inputs, Results results) {
        List<TensorSparsifier> fresh = sparsifiers.stream().map(Supplier::get).toList();
        int passes = fresh.stream().mapToInt(TensorSparsifier::passes).max().orElse(0);
        for (int pass = 0; pass < passes; pass++) {
            measure(inputs, fresh, pass);
        }
        inputs.forEach((values, offset, length) -> {
            float[][] vectors = vectors(inputs, values, length);
            for (int i = 0; i < vectors.length; i++) {
                fresh.get(i).apply(vectors[i], length, offset);
            }
            write(inputs, values[inputs.reference()], vectors, offset, length, results);
        });
    }

    private static void measure(Pieces inputs, List<TensorSparsifier> sparsifiers, int pass) {
        inputs.forEach((values, offset, length) -> {
            float[][] vectors = vectors(inputs, values, length);
            for (int i = 0; i < vectors.length; i++) {
                if (pass < sparsifiers.get(i).passes()) {
                    sparsifiers.get(i).measure(pass, vectors[i], length, offset);
                }
            }
        });
    }

    /** The task vectors theta_i - base, in the order of the inputs without the base. */
    private static float[][] vectors(Pieces inputs, float[][] values, int length) {
        float[] base = values[inputs.reference()];
        float[][] vectors = new float[values.length - 1][];
        int next = 0;
        for (int input = 0; input < values.length; input++) {
            if (input != inputs.reference()) {
                vectors[next] = inputs.scratch(next + 1);
                subtract(values[input], base, length, vectors[next]);
                next++;
            }
        }
        return vectors;
    }

    private static void subtract(float[] values, float[] base, int length, float[] difference) {
        for (int i = 0; i < length; i++) {
            difference[i] = values[i] - base[i];
        }
    }

    private void write(Pieces inputs, float[] base, float[][] vectors, long offset, int length, Results results) {
        float[] mixed = inputs.scratch(0);
        for (int result = 0; result < lambdas.length; result++) {
            consensus.get(result).mix(vectors, length, mixed);
            float lambda = (float) lambdas[result];
            for (int i = 0; i < length; i++) {
                mixed[i] = base[i] + lambda * mixed[i];
            }
            results.write(result, offset, mixed, length);
        }
    }
}

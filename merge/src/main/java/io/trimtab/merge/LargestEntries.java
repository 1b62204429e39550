package io.trimtab.merge;

import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.sparsify.KeepLargest;
import io.trimtab.merge.sparsify.Rescale;
import io.trimtab.merge.sparsify.TensorNorms;

/** OnTIES' sparsifier, of delta and tau alike: the largest entries of each tensor, its L1 norm restored where asked for. */
record LargestEntries(KeepLargest sparsifier, Rescale rescale, TensorNorms norms) {

    void apply(Shard values) {
        if (rescale == Rescale.L1) {
            double[] before = norms.of(values);
            sparsifier.apply(values);
            norms.restore(values, before);
        } else {
            sparsifier.apply(values);
        }
    }
}

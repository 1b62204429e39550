package io.trimtab.merge.rule;

import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.sparsify.KeepLargest;
import io.trimtab.merge.sparsify.Rescale;
import io.trimtab.merge.sparsify.TensorNorms;

/** OnTIES' sparsifier, of delta and tau alike: the largest entries of each tensor, its L1 norm restored where asked for. All ranks enter. */
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

    /** Finds out, while a step is made, which entries of it are the largest; the others are only zeroed where norms have to be restored. */
    Shard settle(Delta delta) {
        Shard values = delta.values();
        for (TensorPart part : values.layout().parts()) {
            for (TensorPart tile : part.tiles()) {
                delta.next(tile);
                sparsifier.watch(values, tile);
            }
        }
        if (rescale == Rescale.L1) {
            apply(values);
        } else {
            sparsifier.settle(values);
        }
        return values;
    }

    /** After {@link #settle}: magnitude bits of a tensor's smallest entry that counts. */
    int smallest(int tensor) {
        return rescale == Rescale.L1 ? 0 : sparsifier.smallest(tensor);
    }
}

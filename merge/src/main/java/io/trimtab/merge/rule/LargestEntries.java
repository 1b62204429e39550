package io.trimtab.merge.rule;

import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.sparsify.KeepLargest;
import io.trimtab.merge.sparsify.Rescale;
import io.trimtab.merge.sparsify.TensorNorms;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

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

    /**
     * Makes a step and finds out which entries of it are the largest; the others are only zeroed where norms have to be restored. Tensor by tensor, so that most of
     * them are still in a processor's caches when they are handed on.
     *
     * @param settled takes parts of tensors as soon as {@link #smallest} knows these
     * @return the step
     */
    Shard settle(Delta delta, Consumer<List<TensorPart>> settled) {
        Shard values = delta.values();
        if (rescale == Rescale.L1) {
            apply(delta.whole());
            settled.accept(values.layout().parts());
            return values;
        }
        List<TensorPart> ofCut = new ArrayList<>();
        values.layout().tensors().forEach((tensor, parts) -> {
            make(delta, parts);
            if (sparsifier.isCut(tensor)) {
                ofCut.addAll(parts);
            } else {
                sparsifier.settle(values, tensor);
                settled.accept(parts);
            }
        });
        sparsifier.settleCut(values);
        settled.accept(ofCut);
        return values;
    }

    private void make(Delta delta, List<TensorPart> parts) {
        for (TensorPart part : parts) {
            for (TensorPart tile : part.tiles()) {
                delta.next(tile);
                sparsifier.watch(delta.values(), tile);
            }
        }
    }

    /** After {@link #settle}: magnitude bits of a tensor's smallest entry that counts. */
    int smallest(int tensor) {
        return rescale == Rescale.L1 ? 0 : sparsifier.smallest(tensor);
    }
}

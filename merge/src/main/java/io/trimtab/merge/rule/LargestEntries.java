package io.trimtab.merge.rule;

import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.ShardLayout;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.sparsify.KeepLargest;
import io.trimtab.merge.sparsify.Rescale;
import io.trimtab.merge.sparsify.TensorNorms;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** OnTIES' sparsifier, of delta and tau alike: the largest entries of each tensor, its L1 norm restored where asked for. All ranks enter. */
record LargestEntries(KeepLargest sparsifier, Rescale rescale, TensorNorms norms) {

    /** Entries that are worth a thread's start, and whose weights and step a processor's last cache holds. */
    private static final long GROUP = 1 << 21;

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
     * Makes a step and finds out which entries of it are the largest; the others are only zeroed where norms have to be restored. Some tensors at a time, so that most of
     * them are still in a processor's caches when they are handed on, by as many threads as an update has.
     *
     * @param weights what the step is added to
     * @param settled takes parts of tensors as soon as {@link #smallest} knows these
     * @return the step
     */
    Shard settle(Delta delta, Shard weights, Consumer<TensorPart> settled) {
        Shard values = delta.values();
        if (rescale == Rescale.L1) {
            apply(delta.whole());
            delta.forEachPart(weights, settled);
            return values;
        }
        List<TensorPart> ofCut = new ArrayList<>();
        for (List<TensorPart> group : groups(values.layout())) {
            delta.forEachPart(group, weights, part -> make(delta, part));
            List<TensorPart> ofWhole = new ArrayList<>();
            group.forEach(part -> (sparsifier.isCut(part.tensor()) ? ofCut : ofWhole).add(part));
            ofWhole.stream()
                    .mapToInt(TensorPart::tensor)
                    .distinct()
                    .forEach(tensor -> sparsifier.settle(values, tensor));
            delta.forEachPart(ofWhole, weights, settled);
        }
        sparsifier.settleCut(values);
        delta.forEachPart(ofCut, weights, settled);
        return values;
    }

    /** The parts of a shard, each group those of one large tensor or of several small ones. */
    private static List<List<TensorPart>> groups(ShardLayout layout) {
        List<List<TensorPart>> groups = new ArrayList<>();
        long room = 0;
        for (List<TensorPart> tensor : layout.tensors().values()) {
            if (room <= 0) {
                groups.add(new ArrayList<>());
                room = GROUP;
            }
            groups.get(groups.size() - 1).addAll(tensor);
            room -= tensor.stream().mapToLong(TensorPart::length).sum();
        }
        return groups;
    }

    private void make(Delta delta, TensorPart part) {
        for (TensorPart tile : part.tiles()) {
            delta.next(tile);
            sparsifier.watch(delta.values(), tile);
        }
    }

    /** After {@link #settle}: magnitude bits of a tensor's smallest entry that counts. */
    int smallest(int tensor) {
        return rescale == Rescale.L1 ? 0 : sparsifier.smallest(tensor);
    }
}

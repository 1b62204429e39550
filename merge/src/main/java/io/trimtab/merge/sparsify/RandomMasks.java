package io.trimtab.merge.sparsify;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.shard.Entries;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import java.util.function.IntToDoubleFunction;

/**
 * F_rand on all tensors: {@link KeepRandom} with a density of each tensor's own and a mask that depends on seed, step, tensor id and element index alone. Not thread
 * safe.
 */
public final class RandomMasks {

    private final IntToDoubleFunction densities;
    private final boolean inverse;
    private final long seed;
    private final ThreadLocal<TileMask> drawing = ThreadLocal.withInitial(TileMask::new);

    /**
     * Masks of a run.
     *
     * @param densities by tensor id; a tensor of density 1 stays as it is
     * @param inverse whether survivors are divided by the density
     */
    public RandomMasks(IntToDoubleFunction densities, boolean inverse, long seed) {
        this.densities = requireNonNull(densities, "densities is null");
        this.inverse = inverse;
        this.seed = seed;
    }

    public void apply(Shard values, long step) {
        for (TensorPart part : values.layout().parts()) {
            apply(values.block(part.block()), part.from(), part, step);
        }
    }

    /** On a part whose values begin at an index of an array. */
    public void apply(float[] values, int from, TensorPart part, long step) {
        double density = densities.applyAsDouble(part.tensor());
        if (density < 1.0) {
            KeepRandom.of(density, inverse).apply(values, from, from + part.length(), key(part, step), part.element());
        }
    }

    /** Fills the buffer with the places of a tile that the mask keeps, in no particular order; their values are the caller's. */
    public void survivors(TensorPart tile, long step, Entries entries) {
        double density = densities.applyAsDouble(tile.tensor());
        int[] places = entries.places();
        if (density < 1.0) {
            entries.fill(drawing.get().draw(key(tile, step), tile, MaskKey.threshold(density), places));
            return;
        }
        for (int i = 0; i < tile.length(); i++) {
            places[i] = i;
        }
        entries.fill(tile.length());
    }

    /** What the survivors of a tensor are multiplied by. */
    public float scale(int tensor) {
        return inverse ? (float) (1.0 / densities.applyAsDouble(tensor)) : 1.0f;
    }

    private long key(TensorPart part, long step) {
        return MaskKey.of(seed, step, part.tensor());
    }
}

package io.trimtab.merge.sparsify;

import static java.util.Objects.requireNonNull;

import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import java.util.function.IntToDoubleFunction;

/**
 * F_rand on all tensors: {@link KeepRandom} with a density of each tensor's own and a mask that depends on seed, step, tensor id and element index alone.
 */
public final class RandomMasks {

    private final IntToDoubleFunction densities;
    private final boolean inverse;
    private final long seed;

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
            double density = densities.applyAsDouble(part.tensor());
            if (density < 1.0) {
                long key = MaskKey.of(seed, step, part.tensor());
                KeepRandom.of(density, inverse)
                        .apply(values.block(part.block()), part.from(), part.to(), key, part.element());
            }
        }
    }
}

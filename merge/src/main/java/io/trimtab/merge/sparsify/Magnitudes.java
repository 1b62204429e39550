package io.trimtab.merge.sparsify;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.shard.Shard;
import java.util.List;

/** Exact order statistics of magnitudes over the shards of all ranks. */
public final class Magnitudes {

    private Magnitudes() {}

    /**
     * The (upper) median of |value| over all ranks, which call this together; 0 where there are no values.
     */
    public static float median(Shard values, Collective collective) {
        long size = values.layout().size();
        if (size == 0) {
            return 0.0f;
        }
        Selection half = new Selection(-1, values.layout().parts(), (size + 1) / 2);
        return Float.intBitsToFloat(LargestMagnitudes.across(values, List.of(half), collective)
                .get(0)
                .smallest());
    }
}

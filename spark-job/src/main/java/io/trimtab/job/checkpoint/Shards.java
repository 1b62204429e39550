package io.trimtab.job.checkpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * What every rank knows about its own shard, brought to all of them by one sum over the ranks: each rank fills its own two places of an
 * array of zeros. Sizes up to 2^53 and checksums are exact in a double.
 */
public final class Shards {
    private Shards() {}

    /** This rank's addend. */
    public static double[] toSum(int rank, int worldSize, Manifest.File shard) {
        double[] values = new double[2 * worldSize];
        values[2 * rank] = shard.bytes();
        values[2 * rank + 1] = shard.crc32c();
        return values;
    }

    /** The shards of all ranks, in rank order. */
    public static List<Manifest.File> fromSum(double[] summed) {
        int worldSize = summed.length / 2;
        List<Manifest.File> shards = new ArrayList<>();
        for (int rank = 0; rank < worldSize; rank++) {
            shards.add(new Manifest.File(
                    ShardWriter.name(rank, worldSize), (long) summed[2 * rank], (long) summed[2 * rank + 1]));
        }
        return shards;
    }
}

package io.trimtab.job.spark.shards;

import java.io.Serializable;
import java.util.List;

/**
 * Finished shards as a rank sees them: files in step order, each with an equal share of the run's steps.
 *
 * @param files full paths
 * @param steps of the whole run
 * @param stepTokens packed tokens of the largest step, over all ranks
 * @param rowTokens packed tokens of the largest row
 */
public record ShardPlan(List<String> files, long steps, long stepTokens, long rowTokens) implements Serializable {
    public ShardPlan {
        files = List.copyOf(files);
    }

    /** The file, from 0, that holds a step. */
    static int fileOf(long step, int files, long steps) {
        return (int) Math.floorDiv(Math.multiplyExact(step - 1, (long) files), steps);
    }

    int fileOf(long step) {
        return fileOf(step, files.size(), steps);
    }
}

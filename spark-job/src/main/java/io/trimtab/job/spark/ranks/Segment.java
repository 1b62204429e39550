package io.trimtab.job.spark.ranks;

import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.spark.files.HadoopSettings;
import io.trimtab.job.spark.files.LocalFolders;
import io.trimtab.job.spark.shards.ShardPlan;
import io.trimtab.job.train.MemoryPlan;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * One entry into the barrier, as the driver sends it to the ranks.
 *
 * @param token unique; checkpoint folders, the ring's handshake and messages to the driver carry it
 * @param shards what is trained on
 * @param evaluation held-out rows; null: none while training
 * @param memory as decided for the machines of this run; on a GPU a rank decides again
 * @param resume name of the checkpoint folder to start from, chosen by the driver; null: from the policy's weights
 */
record Segment(
        TrimtabConfig config,
        String token,
        int threads,
        ShardPlan shards,
        @Nullable ShardPlan evaluation,
        @Nullable String resume,
        MemoryPlan.Decision memory,
        HadoopSettings hadoop)
        implements Serializable {

    LocalFolders folders() {
        return new LocalFolders(hadoop, config.cluster().localDirectory());
    }
}

package io.trimtab.job.spark.ranks;

import io.trimtab.job.checkpoint.CheckpointStore;
import io.trimtab.job.checkpoint.Manifest;
import io.trimtab.job.checkpoint.ShardWriter;
import io.trimtab.job.checkpoint.Shards;
import io.trimtab.job.train.Checkpoints;
import io.trimtab.job.train.TrainingState;
import io.trimtab.merge.MergedUpdate;
import io.trimtab.merge.allreduce.Collective;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/** One rank's part in saving: its own shard, then the news of all shards, then rank 0's manifest. */
final class RankCheckpoints implements Checkpoints {
    private final CheckpointStore store;
    private final Collective collective;
    private final String token;
    private final int keepLast;
    private final Map<String, String> facts;
    private final Runnable beforeCommit;

    /** @param beforeCommit on rank 0: makes the driver's record complete up to here, and throws where the segment is given up */
    RankCheckpoints(
            CheckpointStore store,
            Collective collective,
            String token,
            int keepLast,
            Map<String, String> facts,
            Runnable beforeCommit) {
        this.store = store;
        this.collective = collective;
        this.token = token;
        this.keepLast = keepLast;
        this.facts = Map.copyOf(facts);
        this.beforeCommit = beforeCommit;
    }

    @Override
    public void save(TrainingState state, MergedUpdate update) {
        Path folder = store.folder(state.step(), token);
        Manifest.File shard = write(folder, update);
        double[] shards = collective.sum(Shards.toSum(collective.rank(), collective.worldSize(), shard));
        if (collective.rank() == 0) {
            beforeCommit.run();
            store.commit(folder, state.step(), Shards.fromSum(shards), facts);
            store.retain(keepLast);
        }
        collective.sum(new double[1]); // nobody goes on before it exists
    }

    private Manifest.File write(Path folder, MergedUpdate update) {
        try (ShardWriter writer = store.writer(folder, collective.rank(), collective.worldSize())) {
            update.save(writer);
            return writer.finish();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the checkpoint " + folder, e);
        }
    }
}

package io.trimtab.job.spark.ranks;

import io.trimtab.job.checkpoint.Checkpoint;
import io.trimtab.job.checkpoint.CheckpointException;
import io.trimtab.job.checkpoint.CheckpointReader;
import io.trimtab.job.checkpoint.CheckpointStore;
import io.trimtab.job.checkpoint.RunDirectory;
import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.JobException;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.spark.cluster.Refusals;
import io.trimtab.job.spark.cluster.TaskDevice;
import io.trimtab.job.spark.files.LocalFolders;
import io.trimtab.job.spark.files.ModelFolders;
import io.trimtab.job.spark.score.ExecutorModel;
import io.trimtab.job.spark.shards.ShardBatches;
import io.trimtab.job.spark.shards.ShardPlan;
import io.trimtab.job.train.Evaluation;
import io.trimtab.job.train.Learner;
import io.trimtab.job.train.PolicyMemory;
import io.trimtab.job.train.StopSignal;
import io.trimtab.job.train.Trainer;
import io.trimtab.job.train.TrainingPlan;
import io.trimtab.job.train.TrainingState;
import io.trimtab.merge.MergedUpdate;
import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.allreduce.PeerLostException;
import io.trimtab.model.Policy;
import io.trimtab.model.TensorSpec;
import io.trimtab.model.loss.SequenceLoss;
import io.trimtab.model.weights.ModelFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/** What one rank does in a segment: joins the others, loads its model and its part of the state, and hands everything to the loop. */
final class RankTask implements Barrier.Work<Long> {
    private static final long serialVersionUID = 1L;

    private final Segment segment;

    RankTask(Segment segment) {
        this.segment = segment;
    }

    /** @return the last finished step */
    @Override
    public Long run(BarrierTaskContext context) throws IOException {
        ExecutorModel.release();
        try {
            HostMemory.requireRoom(context, segment.memory().estimate().total());
            return train(context).step();
        } catch (PeerLostException e) {
            throw e; // another rank's failure, which that rank tells
        } catch (RuntimeException | IOException e) {
            tell(context, e);
            throw e;
        }
    }

    /** Spark reports whichever rank fails first, and the others fail because of one; and only we know what another attempt cannot mend. */
    private void tell(BarrierTaskContext context, Exception failure) {
        int rank = RankOrder.of(context).rankOf(context.partitionId());
        String host = RankOrder.host(context.getTaskInfos()[context.partitionId()].address());
        ExitCode otherwise = Refusals.include(failure) ? ExitCode.REFUSED : ExitCode.CLUSTER;
        ExitCode code = failure instanceof JobException ours ? ours.exitCode() : otherwise;
        String message = code == ExitCode.CLUSTER
                ? "rank " + rank + " on " + host + " failed: " + text(failure)
                : failure.getMessage();
        try {
            TrimtabPlugin.ask(new RankMessage.Ending(segment.token(), rank, code, String.valueOf(message)));
        } catch (RuntimeException unreachable) {
            failure.addSuppressed(unreachable);
        }
    }

    private static String text(Exception failure) {
        Throwable cause = failure.getCause();
        return failure instanceof UncheckedIOException && cause != null
                ? failure.getMessage() + ": " + cause.getMessage()
                : failure.toString();
    }

    @SuppressWarnings("try") // a cancelled task wakes its training thread by closing the collective from outside
    private TrainingState train(BarrierTaskContext context) throws IOException {
        TrimtabConfig config = segment.config();
        StopSignal stop = new StopSignal();
        try (Collective collective =
                RankRing.join(context, config.cluster(), config.cluster().ranks(), segment.token())) {
            context.addTaskCompletionListener((TaskCompletionListener) ended -> collective.close());
            try (RankLink link = RankLink.open(segment.token(), stop, collective.rank());
                    RankModel model =
                            RankModel.load(segment, TaskDevice.of(config.model().device()));
                    ShardBatches batches = batches(segment.shards(), collective)) {
                model.tell(collective, link);
                Policy policy = model.policy();
                MergedUpdate update = update(config, collective, policy);
                TrainingState start = resume(update);
                Learner learner = new Learner(
                        policy,
                        SequenceLoss.of(config.loss()),
                        collective,
                        update,
                        config.training().microBatchTokens());
                TrainingPlan plan = new TrainingPlan(
                        segment.shards().steps(), config.checkpoint(), config.evaluation(), System::nanoTime);
                Trainer trainer = new Trainer(
                        learner, batches, plan, evaluation(learner), link, checkpoints(collective, link), stop);
                TrainingState end = trainer.train(start);
                model.tellPeaks(collective, link);
                link.flush();
                return end;
            }
        }
    }

    private ShardBatches batches(ShardPlan plan, Collective collective) {
        return new ShardBatches(plan, segment.hadoop(), collective.rank(), collective.worldSize());
    }

    private MergedUpdate update(TrimtabConfig config, Collective collective, Policy policy) {
        String base = config.merge().usesSftDelta() ? config.model().base() : null;
        try (@Nullable
                        ModelFolder sft = base == null
                                ? null
                                : ModelFolder.open(folders()
                                        .of(ModelFolders.required(config.model().policy(), "model.policy")));
                @Nullable
                        ModelFolder before =
                                base == null ? null : ModelFolder.open(folders().of(base))) {
            return MergedUpdate.create(
                    collective,
                    new PolicyMemory(policy),
                    config.optimizer().adamW(),
                    config.optimizer().scheduleOver(segment.shards().steps()),
                    config.merge(),
                    sft == null ? null : new FolderFloats(sft),
                    sft == null || before == null ? null : fitted(config, sft, before));
        }
    }

    private static FittedBase fitted(TrimtabConfig config, ModelFolder sft, ModelFolder before) {
        List<TensorSpec> tensors = sft.architecture().tensors();
        BaseFit fit = BaseFit.of(
                tensors,
                before.architecture().tensors(),
                config.model().baseMismatch(),
                config.merge().scope().merged(),
                before.path().toString());
        return new FittedBase(tensors, fit, sft, before);
    }

    private LocalFolders folders() {
        return segment.folders();
    }

    private CheckpointStore store() {
        TrimtabConfig config = segment.config();
        RunDirectory directory = RunDirectory.of(
                config.runDirectory(),
                config.tablesDirectory(),
                segment.hadoop().configuration());
        return new CheckpointStore(directory.storage(), directory.checkpoints());
    }

    private TrainingState resume(MergedUpdate update) throws IOException {
        String folder = segment.resume();
        if (folder == null) {
            return TrainingState.start();
        }
        CheckpointStore store = store();
        Checkpoint checkpoint = store.complete().stream()
                .filter(found -> found.folder().getName().equals(folder))
                .findFirst()
                .orElseThrow(() ->
                        new ClusterException("Checkpoint " + folder + ", chosen by the driver, is not complete here"));
        try (CheckpointReader reader = store.open(checkpoint)) {
            update.load(reader, checkpoint.step());
        } catch (CheckpointException e) {
            store.markDamaged(checkpoint, e); // the driver takes an older one
            throw e;
        }
        return TrainingState.resumedAt(checkpoint.step());
    }

    private Evaluation evaluation(Learner learner) {
        ShardPlan held = segment.evaluation();
        if (held == null) {
            return Evaluation.NONE;
        }
        try (ShardBatches shares = batches(held, learner.collective())) {
            return RankEvaluation.of(shares, learner.loss(), learner.collective(), learner.microBatchTokens());
        }
    }

    private RankCheckpoints checkpoints(Collective collective, RankLink link) {
        return new RankCheckpoints(
                store(),
                collective,
                segment.token(),
                segment.config().checkpoint().keepLast(),
                Map.of("ranks", Integer.toString(collective.worldSize())),
                link::flush);
    }
}

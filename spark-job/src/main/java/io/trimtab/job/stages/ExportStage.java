package io.trimtab.job.stages;

import io.trimtab.job.checkpoint.Checkpoint;
import io.trimtab.job.checkpoint.CheckpointException;
import io.trimtab.job.checkpoint.CheckpointReader;
import io.trimtab.job.checkpoint.CheckpointStore;
import io.trimtab.job.checkpoint.DamagedCheckpoint;
import io.trimtab.job.checkpoint.RunDirectory;
import io.trimtab.job.checkpoint.Shown;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.config.TrimtabConfig;
import io.trimtab.job.spark.files.ModelFolders;
import io.trimtab.job.train.PolicyMemory;
import io.trimtab.merge.SavedWeights;
import io.trimtab.merge.settings.EmaSettings;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.weights.ModelFolder;
import io.trimtab.model.weights.ModelWriter;
import io.trimtab.model.weights.TensorSource;
import io.trimtab.model.weights.WeightType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hadoop.fs.FileSystem;

/** The newest checkpoint's weights as a Hugging Face folder. Works without Spark. */
final class ExportStage {
    private static final String CONFIG = "config.json";

    private final Workplace workplace;

    ExportStage(Workplace workplace) {
        this.workplace = workplace;
    }

    /** What was exported last, for whoever measures it; empty if nothing was. */
    String mark() {
        return workplace.state().mark(RunStage.EXPORT);
    }

    boolean isDone(long step) {
        return workplace.state().isDone(RunStage.EXPORT, mark(step, type()), written());
    }

    /** Whether the model of a step lies there, in whatever type. */
    boolean hasExported(long step) {
        return mark().startsWith(mark(step)) && workplace.directory().storage().exists(written());
    }

    private org.apache.hadoop.fs.Path written() {
        return new org.apache.hadoop.fs.Path(workplace.directory().model(), CONFIG);
    }

    /**
     * Exports the newest checkpoint.
     *
     * @param lastStep of a run that was trained to its end
     * @throws RefusedException if there is no checkpoint yet, or a newer one is damaged: an older step must not stand in for it unnoticed
     */
    void run(OptionalLong lastStep) {
        CheckpointStore store = workplace.checkpoints();
        Checkpoint newest = newest(store, lastStep);
        if (isDone(newest.step())) {
            return;
        }
        WeightType type = type();
        Path template = workplace
                .folders()
                .withoutWeights(ModelFolders.words(workplace.config().model()));
        try (CheckpointReader reader = store.open(newest)) {
            publish(template, type, weights(template, reader));
        } catch (CheckpointException e) {
            throw damaged(store.markDamaged(newest, e)); // unmarked, `train` would find nothing to do
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot export " + newest.folder(), e);
        }
        ModelCard.write(workplace, newest.step());
        workplace.state().done(RunStage.EXPORT, mark(newest.step(), type));
        workplace
                .console()
                .say("exported step " + newest.step() + " to "
                        + Shown.path(workplace.directory().model()));
    }

    private Checkpoint newest(CheckpointStore store, OptionalLong lastStep) {
        Optional<Checkpoint> newest = store.newest();
        long step = newest.map(Checkpoint::step).orElse(0L);
        store.damagedAfter(step).stream().findFirst().ifPresent(damaged -> {
            throw damaged(damaged);
        });
        if (newest.isEmpty() || step < lastStep.orElse(0L)) {
            throw refused(Shown.path(workplace.directory().checkpoints()) + " has no complete checkpoint"
                    + (lastStep.isPresent() ? " of step " + lastStep.getAsLong() + ", the last one" : "")
                    + "; run `train`");
        }
        return newest.get();
    }

    private static RefusedException damaged(DamagedCheckpoint damaged) {
        return refused(damaged + "; bring the file back, or delete the folder and run `train`, which does again what"
                + " is missing");
    }

    private static RefusedException refused(String why) {
        return new RefusedException("Cannot export: " + why);
    }

    private static String mark(long step) {
        return "step " + step + " ";
    }

    private String mark(long step, WeightType type) {
        MergeSettings merge = workplace.config().merge();
        boolean trained = merge.rule() == MergeRuleName.EMA && merge.ema().export() == EmaSettings.Export.TRAINED;
        return mark(step) + type + (trained ? " trained" : "");
    }

    private WeightType type() {
        TrimtabConfig config = workplace.config();
        WeightType asked = config.checkpoint().exportPrecision();
        String policy = config.model().policy();
        if (asked != null || policy == null) {
            return asked != null ? asked : WeightType.F32;
        }
        try (ModelFolder folder = ModelFolder.open(workplace.folders().of(policy))) {
            return folder.weightType();
        }
    }

    private TensorSource weights(Path template, CheckpointReader reader) {
        ParameterLayout layout = PolicyMemory.layoutOf(
                ModelArchitecture.read(template.resolve(CONFIG)).tensors());
        SavedWeights saved = SavedWeights.of(workplace.config().merge(), reader);
        return (tensor, offset, target, at, length) -> {
            long start = layout.tensors().get(tensor.id()).offset();
            try {
                saved.read(start + offset, target, at, length);
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read the weights of " + tensor.name(), e);
            }
        };
    }

    /** Complete when it appears. Written beside its place first: where the disk is full, what was exported before stays. */
    private void publish(Path template, WeightType type, TensorSource weights) throws IOException {
        RunDirectory directory = workplace.directory();
        FileSystem files = directory.storage().files();
        org.apache.hadoop.fs.Path next = new org.apache.hadoop.fs.Path(directory.root(), ".model.next");
        directory.storage().delete(next);
        try {
            write(files, next, template, type, weights);
            directory.storage().delete(directory.model());
            if (!files.rename(next, directory.model())) {
                throw new IOException("Cannot rename " + next + " to " + directory.model());
            }
        } finally {
            directory.storage().delete(next);
        }
    }

    private static void write(
            FileSystem files, org.apache.hadoop.fs.Path target, Path template, WeightType type, TensorSource weights)
            throws IOException {
        if ("file".equals(files.getUri().getScheme())) {
            ModelWriter.write(Path.of(target.toUri().getPath()), template, type, weights);
            return;
        }
        Path scratch = Files.createTempDirectory("trimtab-export");
        try {
            Path local = scratch.resolve("model");
            ModelWriter.write(local, template, type, weights);
            upload(files, local, target);
        } finally {
            org.apache.hadoop.fs.FileUtil.fullyDelete(scratch.toFile());
        }
    }

    private static void upload(FileSystem files, Path local, org.apache.hadoop.fs.Path target) throws IOException {
        files.mkdirs(target);
        try (var entries = Files.list(local)) {
            for (Path file : entries.sorted(ExportStage::configLast).toList()) {
                files.copyFromLocalFile(
                        new org.apache.hadoop.fs.Path(file.toString()),
                        new org.apache.hadoop.fs.Path(target, String.valueOf(file.getFileName())));
            }
        }
    }

    private static int configLast(Path a, Path b) {
        return Boolean.compare(a.endsWith(CONFIG), b.endsWith(CONFIG));
    }
}

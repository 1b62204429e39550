package io.trimtab.job.stages;

import io.trimtab.job.config.MergeOrder;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.spark.cluster.Cancellation;
import io.trimtab.merge.offline.MergePlan;
import io.trimtab.merge.offline.MergeRecipe;
import io.trimtab.merge.offline.MergeRun;
import io.trimtab.merge.offline.TensorSink;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finished models merged to one folder, or to one for each value of a sweep, in this process and without Spark. A result replaces an older one when it is
 * complete, its manifest written last; whatever happens before leaves the older one as it was.
 */
public final class MergeStage {
    private static final Duration PROGRESS = Duration.ofSeconds(5);

    private final Console console;
    private final Cancellation cancellation;
    private final int threads;

    public MergeStage(PrintStream out, Cancellation cancellation, int threads) {
        this.console = Console.of(out, PROGRESS);
        this.cancellation = cancellation;
        this.threads = threads;
    }

    /**
     * Merges as the file says.
     *
     * @param file mergekit's YAML or HOCON
     * @param sets {@code key=value} over the file
     * @param output the folder of the result; of a sweep, what its folders' names begin with
     */
    public void run(Path file, List<String> sets, Path output) {
        MergeOrder order = MergeOrder.read(file, sets);
        order.notes().forEach(note -> console.say("note: " + note));
        List<MergeTarget> targets = new ArrayList<>();
        try (MergeInputs inputs = MergeInputs.open(order)) {
            MergeCheck check = new MergeCheck(order, inputs, console);
            Set<String> vocabulary = check.run(cancellation);
            MergePlan plan = MergePlan.of(order.recipe(), inputs.sources(), vocabulary);
            check.requireRowForEachToken(plan);
            plan.notes().forEach(note -> console.say("note: " + note));
            for (Path folder : folders(order.recipe(), output)) {
                targets.add(MergeTarget.claim(folder, inputs.paths()));
            }
            MergeTarget.requireSpace(targets, new MergedFolder(order, plan, inputs).bytes());
            merge(order, plan, inputs, targets, file);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write to " + output, e);
        } finally {
            targets.forEach(MergeTarget::discard);
        }
    }

    private static List<Path> folders(MergeRecipe recipe, Path output) {
        if (recipe.sweep().isEmpty()) {
            return List.of(output);
        }
        List<Path> folders = new ArrayList<>();
        for (BigDecimal value : recipe.sweep().get().values()) {
            Path name = output.toAbsolutePath().normalize().getFileName();
            if (name == null) {
                throw new RefusedException(
                        "Cannot sweep to " + output + ", it has no name that values could be added to");
            }
            folders.add(output.toAbsolutePath().normalize().resolveSibling(name + "-" + value.toPlainString()));
        }
        return folders;
    }

    private void merge(MergeOrder order, MergePlan plan, MergeInputs inputs, List<MergeTarget> targets, Path file)
            throws IOException {
        MergedFolder folder = new MergedFolder(order, plan, inputs);
        List<MergedFolder.Writing> writings = new ArrayList<>();
        List<String> unchanged;
        try (MergeProgress progress = new MergeProgress(console, plan.entries() * targets.size(), cancellation)) {
            for (MergeTarget target : targets) {
                writings.add(folder.begin(target.unfinished()));
            }
            List<TensorSink> sinks =
                    writings.stream().map(MergedFolder.Writing::sink).toList();
            unchanged = new MergeRun(plan, sinks, progress).run(threads);
            for (int result = 0; result < targets.size(); result++) {
                progress.throwIfStopped();
                writings.get(result).finish(file, result);
            }
            progress.throwIfStopped();
        } finally {
            writings.forEach(MergedFolder.Writing::close);
        }
        for (String model : unchanged) {
            console.say("note: every weight of " + model + " equals that of "
                    + order.recipe().models().get(0) + ", so it changes nothing");
        }
        for (MergeTarget target : targets) {
            target.publish();
            console.say("merged " + order.recipe().method() + " of "
                    + order.recipe().models().size() + " models to " + target.folder());
        }
    }
}

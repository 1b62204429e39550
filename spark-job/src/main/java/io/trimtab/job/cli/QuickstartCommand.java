package io.trimtab.job.cli;

import io.trimtab.job.config.RefusedException;
import io.trimtab.job.config.SetOptions;
import io.trimtab.job.quickstart.AlignmentStage;
import io.trimtab.job.quickstart.Quickstart;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The demonstration. */
@Command(
        name = "quickstart",
        mixinStandardHelpOptions = true,
        description = "The synthetic world from pre-training to report: a base model, SFT, and three ways to align it.")
final class QuickstartCommand implements Callable<Integer> {
    private static final Set<String> PLANNED = Set.of(
            "run-directory",
            "tables-directory",
            "model.policy",
            "model.base",
            "model.reference",
            "model.initialize",
            "loss.name",
            "training.stage");

    @Option(
            names = "--stage",
            defaultValue = "dpo",
            description = "dpo (pairs) or kto (labelled answers) (default ${DEFAULT-VALUE}).")
    private AlignmentStage stage = AlignmentStage.DPO;

    @Option(
            names = "--directory",
            defaultValue = "quickstart",
            description = "Where everything goes (default ./${DEFAULT-VALUE}).")
    private Path directory = Path.of("quickstart");

    @Option(
            names = "--until",
            defaultValue = "policies",
            description = "Stop after world, base, sft or policies (default ${DEFAULT-VALUE}).")
    private Quickstart.Until until = Quickstart.Until.POLICIES;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One setting of every run, over its own: --set cluster.ranks=1. May be repeated.")
    private List<String> sets = new ArrayList<>();

    private final Works works;

    QuickstartCommand(Works works) {
        this.works = works;
    }

    @Override
    public Integer call() {
        SetOptions settings = SetOptions.read(sets);
        requireSettable(settings);
        LogFolder.of(directory.toString()).use();
        return works.demonstrations()
                .execute(new Quickstart.Options(directory, stage, until, settings.hocon()))
                .code();
    }

    /** What makes the runs follow each other. */
    private static void requireSettable(SetOptions settings) {
        settings.paths().stream()
                .filter(QuickstartCommand::isPlanned)
                .findFirst()
                .ifPresent(path -> {
                    throw new RefusedException(
                            "Cannot set " + path + " in the quickstart, each of its runs has its own; take"
                                    + " --stage or --directory, or `trimtab run` with a file of yours");
                });
    }

    private static boolean isPlanned(String path) {
        return path.startsWith("data.train.") || path.startsWith("evaluation.") || PLANNED.contains(path);
    }
}

package io.trimtab.job.cli;

import io.trimtab.job.quickstart.AlignmentStage;
import io.trimtab.job.quickstart.Quickstart;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The demonstration. */
@Command(
        name = "quickstart",
        mixinStandardHelpOptions = true,
        description = "The synthetic world from pre-training to report: a base model, SFT, and three ways to align it.")
final class QuickstartCommand implements Callable<Integer> {
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

    private final Works works;

    QuickstartCommand(Works works) {
        this.works = works;
    }

    @Override
    public Integer call() {
        LogFolder.of(directory.toString()).use();
        return works.demonstrations()
                .execute(new Quickstart.Options(directory, stage, until))
                .code();
    }
}

package io.trimtab.job.cli;

import io.trimtab.job.config.ResolvedConfig;
import io.trimtab.job.stages.PrepareOptions;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The data doctor. */
@Command(
        name = "prepare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Reads, checks, renders and tokenises the rows, and tells what may be wrong with them; no model is loaded.")
final class PrepareCommand implements Callable<Integer> {
    @Mixin
    private ConfigFiles files = new ConfigFiles();

    @Option(
            names = "--dry-run",
            description = "Only look and tell: the run directory is not touched, no table is left behind.")
    private boolean dryRun;

    @Option(
            names = "--rendered",
            paramLabel = "FILE",
            description = "Write the kept rows as JSON Lines {id, prompt, completions, ids}: their text as the template"
                    + " renders it, and its ids. The only place where prompts and completions are written out.")
    private @Nullable String rendered;

    private final Works works;

    PrepareCommand(Works works) {
        this.works = works;
    }

    @Override
    public Integer call() {
        ResolvedConfig config = files.load();
        if (!dryRun) {
            LogFolder.of(config.settings().runDirectory()).use();
        }
        return works.preparations()
                .execute(config, new PrepareOptions(dryRun, rendered))
                .code();
    }
}

package io.trimtab.job.cli;

import io.trimtab.job.config.ResolvedConfig;
import io.trimtab.job.stages.RunStage;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A command on a run: the whole of it, or one stage with those it needs. */
@Command(mixinStandardHelpOptions = true)
final class StageCommand implements Callable<Integer> {
    @Mixin
    private ConfigFiles files = new ConfigFiles();

    private final RunStage stage;
    private final Works works;

    private StageCommand(RunStage stage, Works works) {
        this.stage = stage;
        this.works = works;
    }

    static void addTo(CommandLine parent, RunStage stage, Works works) {
        CommandLine command = new CommandLine(new StageCommand(stage, works));
        command.getCommandSpec().usageMessage().description(description(stage));
        parent.addSubcommand(name(stage), command);
    }

    @Override
    public Integer call() {
        ResolvedConfig config = files.load();
        LogFolder.of(config.settings().runDirectory()).use();
        return works.runs().execute(config, stage).code();
    }

    private static String name(RunStage stage) {
        return stage == RunStage.ALL ? "run" : stage.name().toLowerCase(Locale.ROOT);
    }

    private static String description(RunStage stage) {
        return switch (stage) {
            case ALL -> "Everything in order, from rows to report; finished stages are skipped.";
            case PREPARE -> "Reads, checks, renders and tokenises the rows; no model is loaded.";
            case SCORE -> "Computes the reference's log-prob of every row.";
            case TRAIN -> "Trains; goes on from the newest checkpoint by itself.";
            case EVALUATE -> "Measures base, SFT model and policy side by side.";
            case EXPORT -> "Makes a Hugging Face folder of the newest checkpoint.";
            case REPORT -> "Writes one self-contained HTML page about the run.";
        };
    }
}

package io.trimtab.job.cli;

import io.trimtab.job.config.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A command of the documentation that this version does not have: refused with a sentence, whatever its arguments. */
@Command
final class LaterCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", hidden = true)
    @SuppressWarnings("unused") // only so that no argument is called wrong before the command is called later
    private List<String> arguments = new ArrayList<>();

    private final String refusal;

    private LaterCommand(String refusal) {
        this.refusal = refusal;
    }

    static CommandLine merge() {
        return named(
                "merge",
                "Offline merging of finished models (a later version).",
                "Cannot merge finished models: offline merging belongs to a later version; merging while training is"
                        + " `trimtab run` with merge.rule = on-dare or on-ties");
    }

    @Override
    public Integer call() {
        throw new RefusedException(refusal);
    }

    private static CommandLine named(String name, String description, String refusal) {
        CommandLine command = new CommandLine(new LaterCommand(refusal)).setUnmatchedOptionsArePositionalParams(true);
        command.getCommandSpec().name(name).usageMessage().description(description);
        return command;
    }
}

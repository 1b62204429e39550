package io.trimtab.job.cli;

import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.ResolvedConfig;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows what a configuration means. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Prints the resolved configuration, each value with its origin; secrets are hidden.")
final class ConfigCommand implements Callable<Integer> {
    @Mixin
    private ConfigFiles files = new ConfigFiles();

    private final PrintStream out;
    private final PrintStream err;

    ConfigCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        ResolvedConfig config = files.load();
        config.warnings().forEach(warning -> err.println("warning: " + warning));
        out.print(config.rendered());
        return ExitCode.DONE.code();
    }
}

package io.trimtab.job.cli;

import io.trimtab.job.config.ExitCode;
import io.trimtab.job.stages.Failure;
import io.trimtab.job.stages.RunStage;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The process: {@code trimtab COMMAND …}. Ends with {@code System.exit} always, because Spark may leave threads behind. */
@Command(
        name = "trimtab",
        description = "Aligns a language model with DPO or KTO on Spark, and keeps what SFT taught it.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND")
public final class Main {
    @Option(names = "--stacktrace", scope = ScopeType.INHERIT, description = "Print where an error came from.")
    private boolean stacktrace;

    private final PrintStream err;

    private Main(PrintStream err) {
        this.err = err;
    }

    public static void main(String[] args) {
        Program program = new Program();
        Runtime.getRuntime().addShutdownHook(new Thread(program::stopped, "trimtab-signal"));
        int code = execute(Works.real(System.out, program), System.out, System.err, args);
        System.out.flush();
        program.finished();
        System.exit(code);
    }

    static int execute(Works works, PrintStream out, PrintStream err, String... args) {
        try {
            return commandLine(works, out, err).execute(args);
        } catch (Error e) { // memory that is full, say: what is left may end in order
            return new Main(err).report(e);
        }
    }

    static CommandLine commandLine(Works works, PrintStream out, PrintStream err) {
        Main main = new Main(err);
        CommandLine line = new CommandLine(main);
        for (RunStage stage : RunStage.values()) {
            if (stage == RunStage.PREPARE) {
                line.addSubcommand(new PrepareCommand(works));
            } else {
                StageCommand.addTo(line, stage, works);
            }
        }
        return line.addSubcommand(new ConfigCommand(out, err))
                .addSubcommand(new GenerateCommand(out, err))
                .addSubcommand(new QuickstartCommand(works))
                .addSubcommand(new BenchCommand(out, err))
                .addSubcommand(new MergeCommand(works))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false) // a prompt may begin with @
                .setExecutionExceptionHandler((failure, command, parsed) -> main.report(failure));
    }

    private int report(Throwable thrown) {
        Failure failure = Failure.of(thrown);
        err.println("trimtab: " + failure.message());
        if (stacktrace || failure.exitCode() == ExitCode.BUG) {
            thrown.printStackTrace(err);
        }
        return failure.exitCode().code();
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"Trimtab " + (version == null ? "(unpackaged build)" : version)};
        }
    }
}

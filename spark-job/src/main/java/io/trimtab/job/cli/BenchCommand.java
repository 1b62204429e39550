package io.trimtab.job.cli;

import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.metrics.ConsoleSink;
import io.trimtab.job.train.Bench;
import io.trimtab.job.train.BenchReport;
import io.trimtab.job.train.BenchSettings;
import io.trimtab.model.ModelArchitecture;
import io.trimtab.model.Policy;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.weights.ModelFolder;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Our own speed. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Trains DPO steps with OnDARE on rows of random ids, on one rank in this process; prints useful tokens per"
                        + " second and the share of each phase. Changes no file.")
final class BenchCommand implements Callable<Integer> {
    private static final long SEED = 42;

    @Parameters(
            paramLabel = "MODEL",
            description = "A model folder, or a config.json alone, for random weights of its shape.")
    private Path model = Path.of("");

    @Option(names = "--pairs", description = "Preference pairs per step (default ${DEFAULT-VALUE}).")
    private int pairs = BenchSettings.standard().pairs();

    @Option(names = "--prompt-tokens", description = "Average length of a prompt (default ${DEFAULT-VALUE}).")
    private int promptTokens = BenchSettings.standard().promptTokens();

    @Option(names = "--completion-tokens", description = "Average length of an answer (default ${DEFAULT-VALUE}).")
    private int completionTokens = BenchSettings.standard().completionTokens();

    @Option(names = "--micro-batch-tokens", description = "Packed tokens of one pass (default ${DEFAULT-VALUE}).")
    private int microBatchTokens = BenchSettings.standard().microBatchTokens();

    @Option(names = "--warm-up-steps", description = "Steps before the measured ones (default ${DEFAULT-VALUE}).")
    private int warmUpSteps = BenchSettings.standard().warmUpSteps();

    @Option(names = "--steps", description = "Measured steps (default ${DEFAULT-VALUE}).")
    private int steps = BenchSettings.standard().steps();

    @Option(names = "--threads", description = "Threads of the engine (default ${DEFAULT-VALUE}, the cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    private final PrintStream out;

    BenchCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        BenchSettings settings = settings();
        BenchReport report;
        try (Policy policy = policy();
                ConsoleSink progress = progress(settings.warmUpSteps() + settings.steps())) {
            report = Bench.run(policy, settings, progress);
        }
        report.lines().forEach(out::println);
        return ExitCode.DONE.code();
    }

    @SuppressWarnings("SystemConsoleNull") // from JDK 22 on a pipe gets the lines of a terminal, which does no harm
    private ConsoleSink progress(long totalSteps) {
        return new ConsoleSink(out, System.console() != null, totalSteps, Duration.ofSeconds(5), System::nanoTime);
    }

    private BenchSettings settings() {
        try {
            return new BenchSettings(pairs, promptTokens, completionTokens, warmUpSteps, steps, microBatchTokens);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(String.valueOf(e.getMessage()), e);
        }
    }

    private Policy policy() {
        PolicyOptions options = PolicyOptions.training(Math.max(1, threads));
        if (Files.isRegularFile(model)) {
            return Policy.initialize(ModelArchitecture.read(model), SEED, options);
        }
        try (ModelFolder folder = ModelFolder.open(model)) {
            return Policy.load(folder, options);
        }
    }
}

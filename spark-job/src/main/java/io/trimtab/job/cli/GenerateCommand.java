package io.trimtab.job.cli;

import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.stages.GenerateStage;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Text from a finished model. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = "Continues prompts with the model of a Hugging Face folder on this machine.")
final class GenerateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "Model folder: config.json, safetensors, tokenizer files.")
    private Path folder = Path.of("");

    @Option(names = "--prompt", required = true, description = "Used as it is. May be repeated.")
    private List<String> prompts = new ArrayList<>();

    @Option(
            names = "--max-new-tokens",
            defaultValue = "128",
            description = "Longest continuation in tokens (default ${DEFAULT-VALUE}).")
    private int maxNewTokens;

    @Option(
            names = "--temperature",
            defaultValue = "0",
            description = "0: the most probable token each time; above: drawn (default ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(names = "--seed", defaultValue = "42", description = "Of the drawing (default ${DEFAULT-VALUE}).")
    private long seed;

    private final PrintStream out;

    GenerateCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        if (maxNewTokens < 1 || !(temperature >= 0)) {
            throw new RefusedException("Cannot generate: --max-new-tokens must be at least 1 (" + maxNewTokens
                    + ") and --temperature at least 0 (" + temperature + ")");
        }
        int threads = Runtime.getRuntime().availableProcessors();
        new GenerateStage(folder, threads)
                .generate(prompts, maxNewTokens, temperature, seed)
                .forEach(out::println);
        return ExitCode.DONE.code();
    }
}

package io.trimtab.job.cli;

import io.trimtab.job.config.RefusedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Offline merging. */
@Command(
        name = "merge",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Merges finished models to a new one: TIES, DARE, SLERP and others; needs no Spark.")
final class MergeCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "FILE",
            description =
                    "What is merged and how: a mergekit YAML (.yml, .yaml), or the same keys in HOCON under merge-models.")
    private Path file = Path.of("");

    @Option(
            names = "--output",
            paramLabel = "FOLDER",
            required = true,
            description =
                    "Where the result goes; an older merge there is replaced when the new one is complete. A sweep"
                            + " writes FOLDER-0.2 and so on.")
    private Path output = Path.of("");

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One setting, over the file: --set dtype=float16, or in the first of a list's items --set"
                    + " models.0.parameters.weight=0.3. May be repeated.")
    private List<String> sets = new ArrayList<>();

    @Option(names = "--threads", description = "Tensors merged at a time (default ${DEFAULT-VALUE}, the cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    private final Works works;

    MergeCommand(Works works) {
        this.works = works;
    }

    @Override
    public Integer call() {
        if (threads < 1) {
            throw new RefusedException("Cannot merge: --threads must be at least 1 (" + threads + ")");
        }
        return works.merges().execute(file, sets, output, threads).code();
    }
}

package io.trimtab.job.cli;

import io.trimtab.job.config.ResolvedConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments that name a configuration. */
final class ConfigFiles {
    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "Configuration in HOCON; of several files a later one wins over an earlier one.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One setting, over the files: --set training.max-steps=20. May be repeated.")
    private List<String> sets = new ArrayList<>();

    ResolvedConfig load() {
        return ResolvedConfig.load(files, sets);
    }
}

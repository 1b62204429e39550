package io.trimtab.job.cli;

import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.ResolvedConfig;
import io.trimtab.job.quickstart.Quickstart;
import io.trimtab.job.stages.MergeStage;
import io.trimtab.job.stages.PrepareOptions;
import io.trimtab.job.stages.RunCommand;
import io.trimtab.job.stages.RunStage;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** What commands set going; given from outside so that the reading of arguments is tested without Spark. */
record Works(Runs runs, Preparations preparations, Demonstrations demonstrations, Merges merges) {
    static Works real(PrintStream out, Program program) {
        return new Works(
                (config, stage) -> {
                    try (RunCommand command = new RunCommand(out, program.cancellation())) {
                        return command.execute(config, stage);
                    }
                },
                (config, options) -> {
                    try (RunCommand command = new RunCommand(out, program.cancellation())) {
                        return command.prepare(config, options);
                    }
                },
                options -> Quickstart.run(options, out, program.cancellation()),
                (file, sets, output, threads) -> {
                    new MergeStage(out, program.cancellation(), threads).run(file, sets, output);
                    return ExitCode.DONE;
                });
    }

    @FunctionalInterface
    interface Runs {
        ExitCode execute(ResolvedConfig config, RunStage stage);
    }

    @FunctionalInterface
    interface Preparations {
        ExitCode execute(ResolvedConfig config, PrepareOptions options);
    }

    @FunctionalInterface
    interface Demonstrations {
        ExitCode execute(Quickstart.Options options);
    }

    @FunctionalInterface
    interface Merges {
        ExitCode execute(Path file, List<String> sets, Path output, int threads);
    }
}

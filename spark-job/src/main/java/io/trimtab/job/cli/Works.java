package io.trimtab.job.cli;

import io.trimtab.job.config.ExitCode;
import io.trimtab.job.config.ResolvedConfig;
import io.trimtab.job.quickstart.Quickstart;
import io.trimtab.job.stages.RunStage;

/** What commands set going; given from outside so that the reading of arguments is tested without Spark. */
record Works(Runs runs, Demonstrations demonstrations) {
    @FunctionalInterface
    interface Runs {
        ExitCode execute(ResolvedConfig config, RunStage stage);
    }

    @FunctionalInterface
    interface Demonstrations {
        ExitCode execute(Quickstart.Options options);
    }
}

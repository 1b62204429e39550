package io.trimtab.job.cli;

import io.trimtab.job.config.ExitCode;
import io.trimtab.job.spark.cluster.Cancellation;
import org.jspecify.annotations.Nullable;

/** The one cancellation of this JVM, installed with its first use: its Hadoop classes open the log, whose place must be known by then. */
final class Program {
    private volatile @Nullable Cancellation cancellation;
    private volatile boolean finished;

    Cancellation cancellation() {
        Cancellation installed = cancellation;
        if (installed == null) {
            installed = Cancellation.install();
            cancellation = installed;
        }
        return installed;
    }

    /** Everything is written: a signal from now on has nothing to wait for. */
    void finished() {
        finished = true;
        Cancellation installed = cancellation;
        if (installed != null) {
            installed.finished();
        }
    }

    /** A shutdown of the JVM began. Commands without a cancellation have nothing to save; a signal's own exit code is not the contract's. */
    void stopped() {
        if (!finished && cancellation == null) {
            Runtime.getRuntime().halt(ExitCode.CANCELLED.code());
        }
    }
}

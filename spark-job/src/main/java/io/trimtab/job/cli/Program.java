package io.trimtab.job.cli;

import io.trimtab.job.spark.cluster.Cancellation;
import org.jspecify.annotations.Nullable;

/** The one cancellation of this JVM, installed with its first use: its Hadoop classes open the log, whose place must be known by then. */
final class Program {
    private @Nullable Cancellation cancellation;

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
        if (cancellation != null) {
            cancellation.finished();
        }
    }
}

package io.trimtab.job.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the run asks of Spark.
 *
 * @param localDirectory scratch space of every executor for localised folders; null: the JVM's temporary directory
 * @param threadsPerRank engine threads; 0: the executor's cores
 * @param portRange where ranks listen for each other; null: any free port
 * @param spark passed through to Spark's configuration
 */
public record ClusterSettings(
        int ranks,
        int maxRestarts,
        Duration executorWait,
        @Nullable String localDirectory,
        int threadsPerRank,
        Duration barrierTimeout,
        Duration idleTimeout,
        Duration stopGrace,
        @Nullable PortRange portRange,
        Map<String, String> spark)
        implements Serializable {
    public ClusterSettings {
        spark = Map.copyOf(spark);
    }
}

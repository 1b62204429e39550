package io.trimtab.job.stages;

import io.trimtab.job.config.ClusterSettings;
import io.trimtab.job.spark.Cancellation;
import io.trimtab.job.spark.SparkSessions;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** One Spark session for the commands of a process: opened when first needed, kept while the next command asks for the same cluster. */
final class SessionHolder implements AutoCloseable {
    private @Nullable SparkSession session;
    private @Nullable ClusterSettings cluster;

    /** @param conf checked already */
    SparkSession open(ClusterSettings wanted, SparkConf conf, Cancellation cancellation, Console console) {
        cancellation.throwIfRequested();
        SparkSession open = session;
        if (open != null && wanted.equals(cluster) && !open.sparkContext().isStopped()) {
            return open;
        }
        close();
        console.say("starting Spark, master " + conf.get("spark.master"));
        open = SparkSessions.open(conf, cancellation);
        session = open;
        cluster = wanted;
        return open;
    }

    @Override
    public void close() {
        SparkSession open = session;
        session = null;
        if (open != null) {
            open.stop();
        }
    }
}

package io.trimtab.job.stages;

import io.trimtab.job.config.ClusterSettings;
import io.trimtab.job.spark.SparkSessions;
import io.trimtab.job.spark.cluster.Cancellation;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One Spark session for the commands of a process: opened when first needed, kept while the next command asks for the same cluster. */
final class SessionHolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SessionHolder.class);

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
            stop(open);
        }
    }

    /**
     * An executor that is about to register while Spark stops makes Scala print a stack trace of its own on standard error, although
     * nothing went wrong. It goes to the log.
     */
    private static void stop(SparkSession session) {
        PrintStream standardError = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            session.stop();
        } finally {
            System.setErr(standardError);
            if (printed.size() > 0) {
                LOG.info("Printed while Spark stopped: {}", printed.toString(StandardCharsets.UTF_8));
            }
        }
    }
}

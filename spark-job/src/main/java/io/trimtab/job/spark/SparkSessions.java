package io.trimtab.job.spark;

import io.trimtab.job.config.ClusterException;
import io.trimtab.job.config.ClusterSettings;
import io.trimtab.job.config.RefusedException;
import io.trimtab.job.spark.cluster.Cancellation;
import io.trimtab.job.spark.cluster.RankResources;
import io.trimtab.job.spark.cluster.SparkFailures;
import io.trimtab.job.spark.cluster.SparkMaster;
import io.trimtab.job.spark.ranks.TrimtabPlugin;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the Spark session of a command from what spark-submit, the configuration and this machine say, in this order of strength. */
public final class SparkSessions {
    private static final Logger LOG = LoggerFactory.getLogger(SparkSessions.class);

    private static final String EXECUTOR_MEMORY = "spark.executor.memory";
    private static final String JAVA_OPTIONS = "spark.executor.extraJavaOptions";
    private static final String LOG_DIRECTORY = "trimtab.log.dir";
    private static final String[] FORWARDED = {
        "DJL_CACHE_DIR",
        "OMP_WAIT_POLICY",
        "GOMP_SPINCOUNT",
        "OMP_NUM_THREADS",
        "MALLOC_ARENA_MAX",
        "MALLOC_TRIM_THRESHOLD_",
        "MALLOC_MMAP_THRESHOLD_",
        "MALLOC_TOP_PAD_"
    };

    private SparkSessions() {}

    /** What spark-submit and {@code cluster.spark} say, before anything is added. */
    public static SparkConf base(ClusterSettings cluster) {
        SparkConf conf = new SparkConf(true); // spark-submit's settings arrive as system properties
        cluster.spark().forEach(conf::setIfMissing);
        return conf;
    }

    /**
     * The configuration of the session to come, so that it can be checked before anything starts. Without a master it is a cluster on this
     * machine, one executor process per rank.
     */
    static SparkConf complete(SparkConf base, ClusterSettings cluster, MemoryNeed need) {
        SparkConf conf = base.clone();
        if (!conf.contains(SparkMaster.KEY)) {
            localCluster(conf, cluster, need);
        }
        return completed(conf);
    }

    /**
     * The same for a command that only makes tables. Without a master its tasks are threads of this process: no rank needs a process of its
     * own then, and starting executors takes longer than preparing some ten thousand rows.
     */
    static SparkConf completeOfTables(SparkConf base) {
        SparkConf conf = base.clone();
        conf.setIfMissing(SparkMaster.KEY, "local[" + Runtime.getRuntime().availableProcessors() + "]");
        return completed(conf);
    }

    private static SparkConf completed(SparkConf conf) {
        SparkMaster master = SparkMaster.of(conf);
        master.localCores()
                .ifPresent(cores -> conf.setIfMissing(RankResources.EXECUTOR_CORES, Integer.toString(cores)));
        conf.setIfMissing("spark.app.name", "trimtab");
        if (master.isLocalCluster() || master.isInProcess()) {
            conf.setIfMissing("spark.ui.enabled", "false");
            // Spark makes this folder when a table is named, and no table outlives a session without Hive.
            conf.setIfMissing("spark.sql.warehouse.dir", System.getProperty("java.io.tmpdir") + "/warehouse");
        }
        conf.set("spark.plugins", plugins(conf));
        conf.setIfMissing("spark.speculation", "false");
        conf.setIfMissing("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s");
        conf.setIfMissing("spark.task.reaper.enabled", "true"); // native calls ignore interrupts
        conf.setIfMissing("spark.task.reaper.killTimeout", "60s");
        conf.setIfMissing("spark.locality.wait", "0s"); // a barrier stage starts whole or not at all
        conf.set(JAVA_OPTIONS, javaOptions(conf.get(JAVA_OPTIONS, ""), master.isLocalCluster()));
        for (String name : FORWARDED) {
            String value = System.getenv(name);
            if (value != null) {
                conf.setIfMissing("spark.executorEnv." + name, value);
            }
        }
        return conf;
    }

    private static void localCluster(SparkConf conf, ClusterSettings cluster, MemoryNeed need) {
        int cores = cluster.threadsPerRank() > 0
                ? cluster.threadsPerRank()
                : Math.max(1, Runtime.getRuntime().availableProcessors() / cluster.ranks());
        if (!conf.contains(EXECUTOR_MEMORY)) {
            conf.set(EXECUTOR_MEMORY, need.heapMiB() * 5 / 4 + "m");
        }
        long memory = conf.getSizeAsMb(EXECUTOR_MEMORY);
        conf.set(SparkMaster.KEY, "local-cluster[" + cluster.ranks() + "," + cores + "," + memory + "]");
    }

    private static String plugins(SparkConf conf) {
        String others = conf.get("spark.plugins", "");
        String ours = TrimtabPlugin.class.getName();
        return others.isEmpty() || others.contains(ours) ? ours : others + "," + ours;
    }

    /**
     * The engine never looks for files on the network; executors log beside the driver where they share its disk. A rank's heap is moments that stay
     * and little garbage: on one machine, where executors have few cores, G1 would take 300 MiB more for it.
     */
    private static String javaOptions(String given, boolean onOneMachine) {
        StringBuilder options = new StringBuilder(given);
        if (onOneMachine && !given.contains("GC")) {
            append(options, "-XX:+UseSerialGC -Xmn64m");
        }
        append(options, "-Dai.djl.offline=true");
        String logs = System.getProperty(LOG_DIRECTORY);
        if (logs != null) {
            append(options, "-D" + LOG_DIRECTORY + "=" + (logs.contains(" ") ? "\"" + logs + "\"" : logs));
        }
        return options.toString();
    }

    private static void append(StringBuilder options, String option) {
        if (options.indexOf(option) < 0) {
            options.append(options.length() == 0 ? "" : " ").append(option);
        }
    }

    /** A request to stop ends whatever job runs then, unless the work stops by itself. */
    public static SparkSession open(SparkConf conf, Cancellation cancellation) {
        SparkSession session = open(conf);
        cancellation.onRequest(() -> cancelJobs(session));
        return session;
    }

    private static void cancelJobs(SparkSession session) {
        try {
            session.sparkContext().cancelAllJobs();
        } catch (IllegalStateException e) {
            LOG.debug("Spark has stopped, no job is left to cancel", e);
        }
    }

    private static SparkSession open(SparkConf conf) {
        try {
            return SparkSession.builder().config(conf).getOrCreate();
        } catch (Exception e) { // Scala does not declare SparkException
            String what = "Cannot start Spark, master " + conf.get(SparkMaster.KEY) + ": " + SparkFailures.firstLine(e);
            boolean refused = e instanceof IllegalArgumentException
                    || e instanceof ClassNotFoundException
                    || what.contains("Could not parse Master URL");
            throw refused
                    ? new RefusedException(what + "; correct cluster.spark, or what spark-submit was given", e)
                    : new ClusterException(what, e);
        }
    }
}

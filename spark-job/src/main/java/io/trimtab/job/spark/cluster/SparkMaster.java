package io.trimtab.job.spark.cluster;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/** What the master's address tells about the cluster. */
public record SparkMaster(String url) {
    public static final String KEY = "spark.master";
    private static final Pattern LOCAL_CLUSTER =
            Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,\\s*(\\d+)\\s*]");

    public static SparkMaster of(SparkConf conf) {
        return new SparkMaster(conf.get(KEY, ""));
    }

    /** {@code local}, {@code local[4]}, {@code local[*]}: tasks are threads of the driver. */
    public boolean isInProcess() {
        return url.equals("local") || url.startsWith("local[");
    }

    public boolean isLocalCluster() {
        return url.startsWith("local-cluster[");
    }

    /** Workers start executors as processes beside each other and limit nothing but their Java heaps. */
    public boolean isStandalone() {
        return url.startsWith("spark://");
    }

    /** YARN and Kubernetes hold an executor to the memory it asked for, heap and overhead together. */
    public boolean limitsMemory() {
        return url.startsWith("yarn") || url.startsWith("k8s");
    }

    /** Executor processes of a local cluster. */
    public OptionalInt localExecutors() {
        return localField(1);
    }

    public OptionalInt localCores() {
        return localField(2);
    }

    private OptionalInt localField(int group) {
        Matcher matcher = LOCAL_CLUSTER.matcher(url);
        return matcher.matches() ? OptionalInt.of(Integer.parseInt(matcher.group(group))) : OptionalInt.empty();
    }
}

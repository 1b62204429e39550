package io.trimtab.job.spark;

import org.apache.spark.sql.SparkSession;

/** Spark within a test's process, on two threads. */
public final class LocalSpark {
    private LocalSpark() {}

    public static SparkSession start() {
        return builder().getOrCreate();
    }

    public static SparkSession.Builder builder() {
        return SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2");
    }
}

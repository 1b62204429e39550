package io.trimtab.job.spark;

import org.apache.spark.sql.SparkSession;

/** Spark within a test's process, on two threads. */
final class LocalSpark {
    private LocalSpark() {}

    static SparkSession start() {
        return builder().getOrCreate();
    }

    static SparkSession.Builder builder() {
        return SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2");
    }
}

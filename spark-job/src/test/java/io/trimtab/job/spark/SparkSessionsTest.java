package io.trimtab.job.spark;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.job.config.RefusedException;
import io.trimtab.job.spark.cluster.Cancellation;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class SparkSessionsTest {
    @Test
    void aMasterThatSparkDoesNotKnowIsRefused() {
        SparkConf conf = new SparkConf(false).setMaster("sparc://head:7077").setAppName("test");

        assertThatThrownBy(() -> SparkSessions.open(conf, Cancellation.none()))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("Cannot start Spark, master sparc://head:7077: Could not parse Master URL")
                .hasMessageEndingWith("correct cluster.spark, or what spark-submit was given");
    }

    @Test
    void aClassThatIsNotThereIsRefused() {
        SparkConf conf = new SparkConf(false)
                .setMaster("local[1]")
                .setAppName("test")
                .set("spark.ui.enabled", "false")
                .set("spark.plugins", "no.such.Plugin");

        assertThatThrownBy(() -> SparkSessions.open(conf, Cancellation.none()))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("no.such.Plugin");
    }
}

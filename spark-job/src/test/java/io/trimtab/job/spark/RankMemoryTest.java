package io.trimtab.job.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.job.train.MemoryEstimate;
import io.trimtab.model.engine.Device;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class RankMemoryTest {
    private static final long MIB = 1L << 20;

    @Test
    void ranksOfThisMachineShareWhatTheDriverLeaves() {
        RankMemory memory = RankMemory.of(conf("local-cluster[2,1,4096]"), 2, 10_700 * MIB);
        assertThat(memory.fits(estimate(2500, 2500))).isTrue();
        assertThat(memory.fits(estimate(2500, 2501))).isFalse();
        assertThat(memory).hasToString("a rank's share of this machine's memory, 5,000 MiB");
    }

    @Test
    void kubernetesAndYarnHoldExecutorsToTheirOverhead() {
        SparkConf conf = conf("yarn").set("spark.executor.memoryOverhead", "2g");
        RankMemory memory = RankMemory.of(conf, 2, MIB);
        assertThat(memory.fits(estimate(1 << 20, 2048))).isTrue();
        assertThat(memory.fits(estimate(1, 2049))).isFalse();
        assertThat(memory).hasToString("spark.executor.memoryOverhead, 2,048 MiB");
    }

    @Test
    void machinesOfAStandaloneClusterAreUnknown() {
        assertThat(RankMemory.of(conf("spark://host:7077"), 2, MIB).fits(estimate(1 << 20, 1 << 20)))
                .isTrue();
    }

    private static SparkConf conf(String master) {
        return new SparkConf(false).set("spark.master", master).set("spark.executor.memory", "4g");
    }

    private static MemoryEstimate estimate(long heapMiB, long outsideMiB) {
        return new MemoryEstimate(
                Map.of(
                        MemoryEstimate.Component.MASTERS,
                        heapMiB * MIB,
                        MemoryEstimate.Component.WEIGHTS,
                        outsideMiB * MIB),
                Device.CPU);
    }
}

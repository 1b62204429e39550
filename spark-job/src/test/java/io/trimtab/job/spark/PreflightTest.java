package io.trimtab.job.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.job.config.ClusterSettings;
import io.trimtab.job.config.RefusedException;
import io.trimtab.model.engine.DeviceChoice;
import io.trimtab.model.engine.DeviceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class PreflightTest {
    private static final long MIB = 1L << 20;
    private static final MemoryNeed NEED = new MemoryNeed(3000 * MIB, 2000 * MIB);

    private final List<String> warnings = new ArrayList<>();

    @Test
    void aClusterThatFitsPasses() {
        assertThatCode(() -> check(yarn(2), 2)).doesNotThrowAnyException();
        assertThat(warnings).isEmpty();
    }

    @Test
    void dynamicAllocationIsRefused() {
        assertRefused(
                yarn(2).set("spark.dynamicAllocation.enabled", "true"), 2, "spark.dynamicAllocation.enabled=false");
    }

    @Test
    void ranksAsThreadsAreRefused() {
        assertRefused(
                new SparkConf(false).set("spark.master", "local[*]"), 2, "cluster.ranks = 1, or no --master at all");
    }

    @Test
    void tooFewExecutorsAreRefused() {
        assertRefused(yarn(2), 3, "--conf spark.executor.instances=3");
        assertRefused(cluster("local-cluster[2,1,4096]"), 3, "cluster.ranks = 2, or a local cluster of 3");
    }

    @Test
    void tooFewCoresAreRefused() {
        assertRefused(cluster("spark://host:7077").set("spark.cores.max", "5"), 2, "--conf spark.cores.max=8");
    }

    @Test
    void anUnknownNumberOfCoresIsRefused() {
        assertRefused(new SparkConf(false).set("spark.master", "spark://host:7077"), 2, "--conf spark.executor.cores=");
    }

    @Test
    void aSmallHeapIsRefusedWithTheSizeThatIsNeeded() {
        assertRefused(yarn(2).set("spark.executor.memory", "2g"), 2, "--conf spark.executor.memory=3751m");
    }

    @Test
    void aSmallOverheadIsRefusedWhereTheClusterHoldsExecutorsToIt() {
        assertRefused(
                yarn(2).set("spark.executor.memoryOverhead", "500m"), 2, "--conf spark.executor.memoryOverhead=2501m");
        assertRefused(yarn(2).remove("spark.executor.memoryOverhead"), 2, "and has 409 MiB");
        assertThatCode(() -> check(cluster("spark://host:7077"), 2)).doesNotThrowAnyException();
    }

    @Test
    void moreThreadsThanCoresAreAWarningOnThisMachine() {
        check(cluster("local-cluster[500,4,4096]"), 500);
        assertThat(warnings).singleElement().asString().startsWith("500 ranks want 2000 threads");
    }

    @Test
    void gpusThatStayIdleOrAreSharedAreWarnedOf() {
        check(gpus(1), 2, DeviceChoice.CPU);
        check(gpus(2), 2, DeviceChoice.AUTO);
        check(yarn(2), 2, DeviceChoice.CUDA);
        assertThat(warnings)
                .containsExactly(
                        "spark.executor.resource.gpu.amount is 1 and model.device = cpu leaves them idle",
                        "spark.executor.resource.gpu.amount is 2 and a rank computes on one: the others stay idle; set it to 1"
                                + " and cluster.ranks to the number of GPUs",
                        "model.device = cuda and spark.executor.resource.gpu.amount is not set: ranks on one machine share its"
                                + " first GPU; let Spark assign one to each");
    }

    @Test
    void aGpuIsRefusedAtOnceWhereThisMachineHasTheLibraryForCpus() {
        assertThatThrownBy(() -> check(cluster("local-cluster[2,4,4096]"), 2, DeviceChoice.CUDA))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("Build with the profile cuda124");
    }

    @Test
    void aGpuForEachRankPasses() {
        check(gpus(1), 2, DeviceChoice.AUTO);
        check(gpus(1), 2, DeviceChoice.CUDA);
        check(yarn(1), 1, DeviceChoice.CUDA);
        assertThat(warnings).isEmpty();
    }

    private static SparkConf gpus(int amount) {
        return yarn(2).set("spark.executor.resource.gpu.amount", Integer.toString(amount));
    }

    private void assertRefused(SparkConf conf, int ranks, String remedy) {
        assertThatThrownBy(() -> check(conf, ranks))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("Cannot train on this cluster: ")
                .hasMessageContaining(remedy);
    }

    private void check(SparkConf conf, int ranks) {
        check(conf, ranks, DeviceChoice.AUTO);
    }

    private void check(SparkConf conf, int ranks, DeviceChoice device) {
        Preflight.check(conf, settings(ranks), device, NEED, warnings::add);
    }

    private static SparkConf yarn(int instances) {
        return cluster("yarn")
                .set("spark.executor.instances", Integer.toString(instances))
                .set("spark.executor.memoryOverhead", "2g");
    }

    private static SparkConf cluster(String master) {
        return new SparkConf(false)
                .set("spark.master", master)
                .set("spark.executor.cores", "4")
                .set("spark.executor.memory", "4g");
    }

    private static ClusterSettings settings(int ranks) {
        Duration minute = Duration.ofMinutes(1);
        return new ClusterSettings(ranks, 3, minute, null, 0, minute, minute, minute, null, Map.of());
    }
}

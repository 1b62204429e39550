package io.trimtab.job.spark.ranks;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.job.config.RefusedException;
import io.trimtab.job.spark.cluster.MachineMemory;
import org.junit.jupiter.api.Test;

class HostMemoryTest {
    private static final long GIB = 1L << 30;

    @Test
    void ranksOfAHostShareItsMemory() {
        assertThatCode(() -> HostMemory.requireRoom("w1", 2, 4 * GIB, 8 * GIB)).doesNotThrowAnyException();
        assertThatThrownBy(() -> HostMemory.requireRoom("w1", 3, 4 * GIB, 8 * GIB))
                .isInstanceOf(RefusedException.class)
                .hasMessage(
                        "Cannot train on this cluster: host w1 has 8,192 MiB of memory and 3 rank(s), which need about"
                                + " 4,096 MiB each; set a smaller training.micro-batch-tokens, or let fewer executors run on it"
                                + " (spark.executor.cores)");
    }

    @Test
    void hostOfUnknownSizeTakesAnything() {
        assertThatCode(() -> HostMemory.requireRoom("w1", 8, 900 * GIB, MachineMemory.UNKNOWN))
                .doesNotThrowAnyException();
    }
}

package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.data.Example;
import io.trimtab.model.batch.PackedBatch;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** In-memory ranks of tests are threads of one process: their policies must not touch each other. */
class ThreadsTest {

    @Test
    void policiesInTwoThreadsComputeTheBitsOfOneAlone() throws Exception {
        List<Example> left = Tiny.pairs(6, 21);
        List<Example> right = Tiny.pairs(6, 22);
        double[] leftAlone = gradients(left);
        double[] rightAlone = gradients(right);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 20; round++) {
                Future<double[]> first = threads.submit(() -> gradients(left));
                Future<double[]> second = threads.submit(() -> gradients(right));
                assertThat(first.get()).isEqualTo(leftAlone);
                assertThat(second.get()).isEqualTo(rightAlone);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aPolicyMayBeUsedByAnotherThreadThanTheOneThatLoadedIt() throws Exception {
        List<Example> rows = Tiny.pairs(3, 23);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Policy policy = Tiny.policy(true, PolicyOptions.training(1))) {
            double[] here = policy.logProbs(PackedBatch.of(rows));
            assertThat(thread.submit(() -> policy.logProbs(PackedBatch.of(rows)))
                            .get())
                    .isEqualTo(here);
        } finally {
            thread.shutdownNow();
        }
    }

    private static double[] gradients(List<Example> rows) {
        try (Policy policy = Tiny.policy(true, PolicyOptions.training(1))) {
            policy.backward(policy.forward(PackedBatch.of(rows)), Tiny.derivatives(2 * rows.size()));
            return Tiny.gradients(policy);
        }
    }
}

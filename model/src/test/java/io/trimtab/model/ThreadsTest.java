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
        OnDevice.assumeOneOrderOfAdding();
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

    /** Large enough for the engine's blocked products, where two threads at a time once gave wrong gradients in one of a hundred rounds. */
    @Test
    void bfloatPoliciesOfOneProcessComputeTheBitsOfOneAlone() throws Exception {
        OnDevice.assumeOneOrderOfAdding();
        ModelArchitecture model =
                ModelArchitecture.llama(Tiny.WORDS, 64, 128, 1, 2, 1, 32, 128, 1e4, 1e-5, true, 0.02, 1, List.of(2));
        PolicyOptions options = OnDevice.training(1).withPrecision(Precision.BF16);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Policy left = Policy.initialize(model, 1, options);
                Policy right = Policy.initialize(model, 2, options)) {
            List<Example> rows = Tiny.pairs(3, 25);
            float[] leftAlone = gradients(left, rows);
            float[] rightAlone = gradients(right, rows);
            for (int round = 0; round < 500; round++) {
                Future<float[]> first = threads.submit(() -> gradients(left, rows));
                Future<float[]> second = threads.submit(() -> gradients(right, rows));
                assertThat(first.get()).as("round %d", round).isEqualTo(leftAlone);
                assertThat(second.get()).as("round %d", round).isEqualTo(rightAlone);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aPolicyMayBeUsedByAnotherThreadThanTheOneThatLoadedIt() throws Exception {
        List<Example> rows = Tiny.pairs(3, 23);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Policy policy = Tiny.policy(true, OnDevice.training(1))) {
            double[] here = policy.logProbs(PackedBatch.of(rows));
            assertThat(thread.submit(() -> policy.logProbs(PackedBatch.of(rows)))
                            .get())
                    .isEqualTo(here);
        } finally {
            thread.shutdownNow();
        }
    }

    private static double[] gradients(List<Example> rows) {
        try (Policy policy = Tiny.policy(true, OnDevice.training(1))) {
            policy.backward(policy.forward(PackedBatch.of(rows)), Tiny.derivatives(2 * rows.size()));
            return Tiny.gradients(policy);
        }
    }

    private static float[] gradients(Policy policy, List<Example> rows) {
        policy.zeroGradients();
        policy.backward(policy.forward(PackedBatch.of(rows)), Tiny.derivatives(2 * rows.size()));
        int at = 0;
        float[] all = new float[Math.toIntExact(policy.architecture().parameters())];
        for (TensorSpec tensor : policy.tensors()) {
            int length = Math.toIntExact(tensor.elements());
            policy.readGradients(tensor.id(), 0, all, at, length);
            at += length;
        }
        return all;
    }
}

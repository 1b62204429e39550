package io.trimtab.model.engine;

import io.trimtab.model.Precision;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What matrix products come to at best in this process, as the yardstick for a model's speed: the median of ten products of two square
 * matrices of 2,048 rows.
 *
 * @param fp32 floating point operations per second on 32-bit floats
 * @param bf16 the same on bfloat16
 */
public record MatmulPeak(double fp32, double bf16) {

    private static final int ROWS = 2048;
    private static final int WARM_UP = 3;
    private static final int PRODUCTS = 10;
    private static final double FLOPS = 2.0 * ROWS * ROWS * ROWS;

    private static final String SCRIPT = """
            def narrow(self, x: Tensor) -> Tensor:
              return torch.to(x, 15)
            def product(self, x: Tensor) -> Tensor:
              return torch.matmul(x, x)
            """;

    /** Takes a few seconds; nothing else should run meanwhile. */
    public static MatmulPeak measure(int threads, Device device) {
        EngineSession session = EngineSession.open(SCRIPT, threads, Precision.FP32, device);
        try (TensorScope scope = session.root().open()) {
            return session.withoutGradients(() -> {
                double[] entries = new SplittableRandom(ROWS)
                        .doubles((long) ROWS * ROWS, -1, 1)
                        .toArray();
                Tensor wide = scope.reals(entries, ROWS, ROWS);
                Tensor narrow = scope.call("narrow").with(wide).tensor();
                return new MatmulPeak(rate(session, scope, wide), rate(session, scope, narrow));
            });
        } finally {
            session.close();
        }
    }

    private static double rate(EngineSession session, TensorScope scope, Tensor matrix) {
        double[] seconds = new double[WARM_UP + PRODUCTS];
        for (int i = 0; i < seconds.length; i++) {
            long start = System.nanoTime();
            Tensor result = scope.call("product").with(matrix).tensor();
            session.synchronize();
            seconds[i] = (System.nanoTime() - start) * 1e-9;
            result.close();
        }
        double[] measured = Arrays.copyOfRange(seconds, WARM_UP, seconds.length);
        Arrays.sort(measured);
        return FLOPS / measured[PRODUCTS / 2];
    }
}

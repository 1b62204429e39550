package io.trimtab.merge;

import io.trimtab.merge.allreduce.Solo;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * How long does one rank take to turn the gradient of 135 million parameters into new weights, per merge rule, beside a plain copy of an array of that size?
 *
 * <pre>
 * mvn -q -Dquick -pl merge test-compile
 * java -Xmx6g -cp merge/target/classes-unchecked:merge/target/test-classes io.trimtab.merge.UpdateBenchmark 135000000 5
 * </pre>
 *
 * Arguments: parameters, repetitions. Prints the median of the merge phase (norm, AdamW, sparsify, merge); reading gradients and writing weights are not in it.
 */
public final class UpdateBenchmark {

    private static final int TENSORS = 30;

    private UpdateBenchmark() {}

    public static void main(String[] arguments) {
        int size = Integer.parseInt(arguments[0]);
        int repetitions = Integer.parseInt(arguments[1]);
        System.out.printf(Locale.ROOT, "copy of %d floats: %.0f ms%n", size, copyMilliseconds(size, repetitions));
        measure("none", MergeSettings.none(), size, repetitions);
        for (Semantics semantics : Semantics.values()) {
            measure(
                    "on-dare " + semantics,
                    new MergeSettings(MergeRuleName.ON_DARE, semantics, 0.01, 1e-7, 42),
                    size,
                    repetitions);
            measure(
                    "on-ties " + semantics,
                    new MergeSettings(MergeRuleName.ON_TIES, semantics, 0.2, 1e-3, 42),
                    size,
                    repetitions);
        }
    }

    private static void measure(String name, MergeSettings merge, int size, int repetitions) {
        ParameterMemory memory = new Noise(layout(size));
        AdamWSettings adamW = new AdamWSettings(1e-6, 0.9, 0.999, 1e-8, 0.0, 1.0);
        MergedUpdate update = MergedUpdate.create(
                new Solo(),
                memory,
                adamW,
                LearningRateSchedule.constant(),
                merge,
                memory::readWeights,
                memory::readGradients);
        double[] seconds = new double[repetitions];
        for (int step = 1; step <= repetitions + 2; step++) {
            double merging = update.apply(step, 8.0).mergeSeconds();
            if (step > 2) {
                seconds[step - 3] = merging;
            }
        }
        Arrays.sort(seconds);
        System.out.printf(Locale.ROOT, "%s: %.0f ms%n", name, seconds[repetitions / 2] * 1e3);
    }

    private static double copyMilliseconds(int size, int repetitions) {
        float[] from = new float[size];
        float[] to = new float[size];
        double[] milliseconds = new double[repetitions];
        for (int i = -2; i < repetitions; i++) {
            long start = System.nanoTime();
            System.arraycopy(from, 0, to, 0, size);
            if (i >= 0) {
                milliseconds[i] = (System.nanoTime() - start) / 1e6;
            }
        }
        Arrays.sort(milliseconds);
        return milliseconds[repetitions / 2];
    }

    private static ParameterLayout layout(int size) {
        ParameterLayout.Tensor[] tensors = new ParameterLayout.Tensor[TENSORS];
        for (int t = 0; t < TENSORS; t++) {
            long offset = (long) size * t / TENSORS;
            tensors[t] = new ParameterLayout.Tensor(t, "tensor", offset, (long) size * (t + 1) / TENSORS - offset);
        }
        return new ParameterLayout(List.of(tensors));
    }

    /** Weights and gradients are parts of one table of Gaussians, so that the model takes no memory. */
    private static final class Noise implements ParameterMemory {

        private final ParameterLayout layout;
        private final float[] table = new float[1 << 16];

        Noise(ParameterLayout layout) {
            this.layout = layout;
            Random random = new Random(1);
            for (int i = 0; i < table.length; i++) {
                table[i] = (float) random.nextGaussian() * 0.02f;
            }
        }

        @Override
        public ParameterLayout layout() {
            return layout;
        }

        @Override
        public void readGradients(long offset, float[] target, int at, int length) {
            readWeights(offset + 12345, target, at, length);
        }

        @Override
        public void zeroGradients() {}

        @Override
        public void readWeights(long offset, float[] target, int at, int length) {
            for (int i = 0; i < length; i++) {
                target[at + i] = table[(int) ((offset + i) & (table.length - 1))];
            }
        }

        @Override
        public void writeWeights(long offset, float[] source, int at, int length) {}
    }
}

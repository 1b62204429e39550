package io.trimtab.model;

import io.trimtab.model.weights.TensorSource;
import java.util.Arrays;

/**
 * Fresh weights of a decoder: norms that change nothing, biases 0, embedding and untied head N(0, initializer_range^2), matrices N(0, 1/hidden), and those that write into the
 * residual stream (o_proj, down_proj) N(0, 1/(2 layers hidden)) so that its variance does not grow with depth (GPT-2's rule).
 *
 * <p>Entry i of a tensor depends on (seed, tensor id, i) alone: pairs of normals by Box and Muller from counter-based uniforms, with
 * StrictMath, so every machine and every order of reading draws the same.
 */
final class InitialWeights implements TensorSource {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final ModelArchitecture architecture;
    private final long seed;

    InitialWeights(ModelArchitecture architecture, long seed) {
        this.architecture = architecture;
        this.seed = seed;
    }

    @Override
    public void readFloats(TensorSpec tensor, long offset, float[] target, int at, int length) {
        if (tensor.name().endsWith(".bias") || tensor.name().endsWith("norm.weight")) {
            Arrays.fill(target, at, at + length, constant(tensor));
            return;
        }
        double deviation = deviation(tensor);
        long key = mix(seed ^ mix(tensor.id() * GOLDEN + 1));
        // Entries 2p and 2p + 1 come from one pair of normals; a range may begin or end inside a pair.
        for (long pair = offset >>> 1; 2 * pair < offset + length; pair++) {
            // In (0, 1]: its logarithm is finite.
            double radius = deviation * StrictMath.sqrt(-2 * StrictMath.log(uniform(key, 2 * pair) + 0x1p-53));
            double angle = 2 * Math.PI * uniform(key, 2 * pair + 1);
            long place = 2 * pair - offset;
            if (place >= 0) {
                target[at + (int) place] = (float) (radius * StrictMath.cos(angle));
            }
            if (place + 1 < length) {
                target[at + (int) place + 1] = (float) (radius * StrictMath.sin(angle));
            }
        }
    }

    private float constant(TensorSpec tensor) {
        return tensor.name().endsWith(".bias") || architecture.parts().unitOffsetNorms() ? 0 : 1;
    }

    private double deviation(TensorSpec tensor) {
        String name = tensor.name();
        if (name.equals(ModelArchitecture.EMBEDDING) || name.equals(ModelArchitecture.HEAD)) {
            return architecture.initializerRange();
        }
        boolean intoStream = name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
        double variance =
                intoStream ? 2.0 * architecture.layers() * architecture.hiddenSize() : architecture.hiddenSize();
        return 1 / Math.sqrt(variance);
    }

    /** In [0, 1). */
    private static double uniform(long key, long counter) {
        return (mix(key + (counter + 1) * GOLDEN) >>> 11) * 0x1p-53;
    }

    /** SplitMix64's finaliser. */
    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}

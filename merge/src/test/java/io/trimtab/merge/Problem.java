package io.trimtab.merge;

import io.trimtab.merge.allreduce.Collective;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.shard.ParameterLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A seeded training without a model: given weights, SFT and base weights, and gradients in sixteenths, whose sums and squares are exact in floats and doubles in
 * any order. So any number of ranks must give the same bits.
 */
final class Problem {

    static final double DENOMINATOR = 4.0;

    /** Lengths that no number of ranks divides, an empty and a one-element tensor. */
    private static final int[] LENGTHS = {257, 1, 0, 64, 3, 500, 20};

    private static final List<String> NAMES = List.of(
            "embed.weight",
            "layers.0.norm.weight",
            "layers.0.mlp.weight",
            "layers.1.mlp.weight",
            "layers.1.norm.weight",
            "layers.2.mlp.weight",
            "norm.weight");

    final ParameterLayout layout;
    final float[] theta;
    final float[] sft;
    final float[] base;
    private final long seed;
    private final boolean inPlace;

    Problem(long seed) {
        this(seed, false);
    }

    /** @param inPlace whether updates work in the model's own memory */
    Problem(long seed, boolean inPlace) {
        this(seed, inPlace, LENGTHS);
    }

    /** @param lengths of the same tensors */
    Problem(long seed, boolean inPlace, int... lengths) {
        this.seed = seed;
        this.inPlace = inPlace;
        List<ParameterLayout.Tensor> tensors = new ArrayList<>();
        long offset = 0;
        for (int t = 0; t < lengths.length; t++) {
            tensors.add(new ParameterLayout.Tensor(3 * t + 1, NAMES.get(t), offset, lengths[t]));
            offset += lengths[t];
        }
        this.layout = new ParameterLayout(tensors);
        this.sft = gaussians(new Random(seed), 0.1f);
        this.theta = sft.clone();
        this.base = sft.clone();
        float[] tau = gaussians(new Random(seed + 1), 0.01f);
        for (int i = 0; i < base.length; i++) {
            base[i] -= tau[i];
        }
    }

    private float[] gaussians(Random random, float scale) {
        float[] values = new float[(int) layout.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() * scale;
        }
        return values;
    }

    /** The sum over all ranks. */
    double[] gradientSum(long step) {
        Random random = new Random(seed * 1000 + step);
        double[] sum = new double[(int) layout.size()];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = Math.rint(random.nextGaussian() * 64) / 16;
        }
        return sum;
    }

    /** One rank's part of it. */
    float[] gradient(long step, int rank, int worldSize) {
        double[] sum = gradientSum(step);
        float[] mine = new float[sum.length];
        Random random = new Random(seed * 77 + step);
        for (int i = 0; i < mine.length; i++) {
            double others = 0.0;
            for (int r = 0; r < worldSize - 1; r++) {
                double part = random.nextInt(-64, 64) / 16.0;
                others += part;
                mine[i] = (float) (r == rank ? part : mine[i]);
            }
            mine[i] = (float) (rank == worldSize - 1 ? sum[i] - others : mine[i]);
        }
        return mine;
    }

    /** A rank's training. */
    final class Run {

        final ArrayMemory memory = new ArrayMemory(layout, theta, inPlace);
        final MergedUpdate update;
        private final Collective collective;

        Run(
                Collective collective,
                AdamWSettings adamW,
                LearningRateSchedule schedule,
                MergeSettings merge,
                int blockLength) {
            this.collective = collective;
            this.update = MergedUpdate.create(
                    collective,
                    memory,
                    layout.shardLayout(collective.rank(), collective.worldSize(), blockLength),
                    adamW,
                    schedule,
                    merge,
                    new ArrayMemory(layout, sft)::readWeights,
                    new ArrayMemory(layout, base)::readWeights);
        }

        UpdateReport step(long step) {
            float[] gradient = gradient(step, collective.rank(), collective.worldSize());
            System.arraycopy(gradient, 0, memory.gradients, 0, gradient.length);
            return update.apply(step, DENOMINATOR);
        }
    }
}

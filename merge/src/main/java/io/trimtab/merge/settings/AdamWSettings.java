package io.trimtab.merge.settings;

import io.trimtab.merge.scope.TensorFilter;
import java.io.Serializable;

/**
 * AdamW (arXiv 1711.05101) and the clipping before it.
 *
 * @param maxGradientNorm largest global norm of a gradient; 0 switches clipping off
 * @param decayed tensors that the weight decay acts on
 */
public record AdamWSettings(
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double maxGradientNorm,
        TensorFilter decayed)
        implements Serializable {
    public AdamWSettings {
        require(learningRate >= 0 && Double.isFinite(learningRate), "learning-rate must be at least 0", learningRate);
        require(beta1 >= 0 && beta1 < 1, "beta1 must be in [0, 1)", beta1);
        require(beta2 >= 0 && beta2 < 1, "beta2 must be in [0, 1)", beta2);
        // As a float, because steps are computed in floats and a gradient of 0 would divide 0 by 0.
        require((float) epsilon > 0 && Double.isFinite(epsilon), "epsilon must be greater than 0", epsilon);
        require(weightDecay >= 0 && Double.isFinite(weightDecay), "weight-decay must be at least 0", weightDecay);
        require(maxGradientNorm >= 0, "max-gradient-norm must be at least 0", maxGradientNorm);
    }

    /** All tensors decay. */
    public AdamWSettings(
            double learningRate,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            double maxGradientNorm) {
        this(learningRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, TensorFilter.ALL);
    }

    private static void require(boolean fine, String rule, double value) {
        if (!fine) {
            throw new IllegalArgumentException("optimizer." + rule + ": " + value);
        }
    }

    /** min(1, c / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_ computes it. */
    public double clipFactor(double norm) {
        return maxGradientNorm > 0 ? Math.min(1, maxGradientNorm / (norm + 1e-6)) : 1;
    }
}

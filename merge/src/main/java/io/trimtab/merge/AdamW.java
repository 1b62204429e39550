package io.trimtab.merge;

import io.trimtab.merge.shard.Shard;

/**
 * AdamW's moments and the step they propose. Both published forms, which differ in where epsilon stands (t counts from 1, g is the averaged,
 * clipped gradient):
 *
 * <pre>
 * m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
 * UNCORRECTED  delta = -lr sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + eps)
 * CORRECTED    delta = -lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps)
 * </pre>
 *
 * The first is the old Hugging Face AdamW that the merging optimizers were released with; algorithm 1 of arXiv 2405.17931 prints it without
 * the bias correction. The second is torch.optim.AdamW. Weight decay has its own place. Moments are dense:
 * masks never touch them.
 */
final class AdamW {

    private final AdamWSettings settings;
    private final EpsilonPlacement epsilon;
    private final Shard moment1;
    private final Shard moment2;

    AdamW(AdamWSettings settings, EpsilonPlacement epsilon, Shard moment1, Shard moment2) {
        this.settings = settings;
        this.epsilon = epsilon;
        this.moment1 = moment1;
        this.moment2 = moment2;
    }

    Shard moment1() {
        return moment1;
    }

    Shard moment2() {
        return moment2;
    }

    /**
     * Advances the moments and turns the gradient into the step.
     *
     * @param factor what the gradient is multiplied by on the way
     * @return the shard that held the gradient: its values are the step now
     */
    Shard delta(Shard gradient, double factor, long step, double learningRate) {
        double correction1 = 1.0 - Math.pow(settings.beta1(), (double) step);
        double rootCorrection2 = Math.sqrt(1.0 - Math.pow(settings.beta2(), (double) step));
        Step constants = switch (epsilon) {
            case UNCORRECTED -> new Step(settings, factor, -learningRate * rootCorrection2 / correction1, 1.0);
            case CORRECTED -> new Step(settings, factor, -learningRate / correction1, 1.0 / rootCorrection2);
        };
        for (int b = 0; b < gradient.blockCount(); b++) {
            constants.apply(gradient.block(b), moment1.block(b), moment2.block(b));
        }
        return gradient;
    }

    /** One step's constants, rounded to float once. */
    private static final class Step {

        private final float factor;
        private final float beta1;
        private final float newShare1;
        private final float beta2;
        private final float newShare2;
        private final float epsilon;
        private final float size;
        private final float rootScale;

        Step(AdamWSettings settings, double factor, double size, double rootScale) {
            this.factor = (float) factor;
            this.beta1 = (float) settings.beta1();
            this.newShare1 = (float) (1.0 - settings.beta1());
            this.beta2 = (float) settings.beta2();
            this.newShare2 = (float) (1.0 - settings.beta2());
            this.epsilon = (float) settings.epsilon();
            this.size = (float) size;
            this.rootScale = (float) rootScale;
        }

        void apply(float[] gradient, float[] moment1, float[] moment2) {
            for (int i = 0; i < gradient.length; i++) {
                float g = gradient[i] * factor;
                float m = beta1 * moment1[i] + newShare1 * g;
                float v = beta2 * moment2[i] + newShare2 * g * g;
                moment1[i] = m;
                moment2[i] = v;
                gradient[i] = size * (m / ((float) Math.sqrt(v) * rootScale + epsilon));
            }
        }
    }
}

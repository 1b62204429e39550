package io.trimtab.merge.rule;

import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.EpsilonPlacement;
import io.trimtab.merge.shard.Entries;
import io.trimtab.merge.shard.Shard;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.shard.Workers;
import java.util.List;
import java.util.function.Consumer;

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
public final class AdamW {

    /** Where fewer entries than one in so many are asked for, they are worked out one by one. */
    private static final int FEW = 16;

    private final AdamWSettings settings;
    private final EpsilonPlacement epsilon;
    private final Shard moment1;
    private final Shard moment2;
    private final Workers workers;

    public AdamW(AdamWSettings settings, EpsilonPlacement epsilon, Shard moment1, Shard moment2, Workers workers) {
        this.settings = settings;
        this.epsilon = epsilon;
        this.moment1 = moment1;
        this.moment2 = moment2;
        this.workers = workers;
    }

    public Shard moment1() {
        return moment1;
    }

    public Shard moment2() {
        return moment2;
    }

    /**
     * A step from a gradient.
     *
     * @param averaging what is to be done with the gradient on the way
     */
    public Delta delta(Shard gradient, Averaging averaging, long step, double learningRate) {
        double correction1 = 1.0 - Math.pow(settings.beta1(), (double) step);
        double rootCorrection2 = Math.sqrt(1.0 - Math.pow(settings.beta2(), (double) step));
        return switch (epsilon) {
            case UNCORRECTED -> new Step(gradient, averaging, -learningRate * rootCorrection2 / correction1, 1.0);
            case CORRECTED -> new Step(gradient, averaging, -learningRate / correction1, 1.0 / rootCorrection2);
        };
    }

    /**
     * Its constants are rounded to float once. All arrays of a loop have the same index, without which C2 makes no vector instructions of it.
     */
    private final class Step implements Delta {

        private final Shard gradient;
        private final float divisor;
        private final float factor;
        private final float beta1 = (float) settings.beta1();
        private final float newShare1 = (float) (1.0 - settings.beta1());
        private final float beta2 = (float) settings.beta2();
        private final float newShare2 = (float) (1.0 - settings.beta2());
        private final float epsilon = (float) settings.epsilon();
        private final float size;
        private final float rootScale;

        Step(Shard gradient, Averaging averaging, double size, double rootScale) {
            this.gradient = gradient;
            this.divisor = (float) averaging.divisor();
            this.factor = (float) averaging.factor();
            this.size = (float) size;
            this.rootScale = (float) rootScale;
        }

        @Override
        public Shard values() {
            return gradient;
        }

        @Override
        public void forEachPart(List<TensorPart> parts, Shard target, Consumer<TensorPart> rule) {
            workers.forEachPart(parts, rule, gradient, target);
        }

        @Override
        public void next(TensorPart tile) {
            int block = tile.block();
            propose(gradient.block(block), moment1.block(block), moment2.block(block), tile.from(), tile.to());
        }

        private void propose(float[] values, float[] m, float[] v, int from, int to) {
            for (int i = from; i < to; i++) {
                float g = values[i] / divisor * factor;
                float first = beta1 * m[i] + newShare1 * g;
                float second = beta2 * v[i] + newShare2 * g * g;
                m[i] = first;
                v[i] = second;
                values[i] = step(first, second);
            }
        }

        @Override
        public void addTo(Shard target, TensorPart tile) {
            int block = tile.block();
            add(target.block(block), gradient.view(block), moment1.block(block), moment2.block(block), tile);
        }

        private void add(float[] target, float[] gradients, float[] m, float[] v, TensorPart tile) {
            int to = tile.to();
            for (int i = tile.from(); i < to; i++) {
                float g = gradients[i] / divisor * factor;
                float first = beta1 * m[i] + newShare1 * g;
                float second = beta2 * v[i] + newShare2 * g * g;
                m[i] = first;
                v[i] = second;
                target[i] += step(first, second);
            }
        }

        @Override
        public void next(TensorPart tile, Entries entries) {
            if (entries.count() > tile.length() / FEW) {
                Delta.super.next(tile, entries);
                return;
            }
            float[] m = moment1.block(tile.block());
            float[] v = moment2.block(tile.block());
            advance(gradient.view(tile.block()), m, v, tile.from(), tile.to());
            for (int i = 0; i < entries.count(); i++) {
                int at = tile.from() + entries.places()[i];
                entries.values()[i] = step(m[at], v[at]);
            }
        }

        private void advance(float[] gradients, float[] m, float[] v, int from, int to) {
            for (int i = from; i < to; i++) {
                float g = gradients[i] / divisor * factor;
                m[i] = beta1 * m[i] + newShare1 * g;
                v[i] = beta2 * v[i] + newShare2 * g * g;
            }
        }

        private float step(float m, float v) {
            return size * (m / ((float) Math.sqrt(v) * rootScale + epsilon));
        }
    }
}

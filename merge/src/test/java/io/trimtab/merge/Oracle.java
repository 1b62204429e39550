package io.trimtab.merge;

import io.trimtab.merge.scope.TensorPattern;
import io.trimtab.merge.settings.AdamWSettings;
import io.trimtab.merge.settings.AlphaSchedule;
import io.trimtab.merge.settings.DecayPlace;
import io.trimtab.merge.settings.EpsilonPlacement;
import io.trimtab.merge.settings.LearningRateSchedule;
import io.trimtab.merge.settings.MergeRuleName;
import io.trimtab.merge.settings.MergeSettings;
import io.trimtab.merge.settings.MergeSwitches;
import io.trimtab.merge.settings.TauMask;
import io.trimtab.merge.settings.Vote;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.merge.sparsify.Rescale;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Every rule once more, slow and obviously right: one rank, doubles, sorting, step-K as algorithm 2 prints it; no code shared with what it checks.
 * {@link OracleTest} holds it against the official implementations.
 */
final class Oracle {

    private static final long TAU_SALT = 0x5441555F4D41534BL;

    private final ParameterLayout layout;
    private final AdamWSettings adamW;
    private final MergeSettings merge;
    private final MergeSwitches switches;
    private final LearningRateSchedule schedule;
    private final double[] m;
    private final double[] v;
    private final double[] fullTau;
    private final double[] tau;
    private final double[] cache;
    final double[] theta;
    final double[] average;

    Oracle(
            ParameterLayout layout,
            AdamWSettings adamW,
            LearningRateSchedule schedule,
            MergeSettings merge,
            float[] theta,
            float[] sft,
            float[] base) {
        this(layout, adamW, schedule, merge, widen(theta), widen(sft), widen(base));
    }

    Oracle(
            ParameterLayout layout,
            AdamWSettings adamW,
            LearningRateSchedule schedule,
            MergeSettings merge,
            double[] theta,
            double[] sft,
            double[] base) {
        this.layout = layout;
        this.adamW = adamW;
        this.schedule = schedule;
        this.merge = merge;
        this.switches = merge.switches();
        this.m = new double[theta.length];
        this.v = new double[theta.length];
        this.cache = new double[theta.length];
        this.theta = theta.clone();
        this.average = theta.clone();
        this.fullTau = new double[theta.length];
        for (ParameterLayout.Tensor tensor : layout.tensors()) {
            for (int i = (int) tensor.offset(); i < tensor.end(); i++) {
                fullTau[i] = isMerged(tensor) ? sft[i] - base[i] : 0.0;
            }
        }
        this.tau = fullTau.clone();
        if (merge.rule() == MergeRuleName.ON_TIES) {
            keepLargest(tau);
            clamp(tau, switches.tauClip());
        } else if (merge.rule() == MergeRuleName.ON_DARE) {
            keepRandom(tau, 0, merge.seed(), switches.rescale() != Rescale.NONE);
            clamp(tau, switches.tauClip());
        }
    }

    private boolean isMerged(ParameterLayout.Tensor tensor) {
        return matches(merge.scope().merged().include(), tensor)
                && !matches(merge.scope().merged().exclude(), tensor);
    }

    private static boolean matches(List<TensorPattern> patterns, ParameterLayout.Tensor tensor) {
        return patterns.stream().anyMatch(pattern -> tensor.name().matches(pattern.regex()));
    }

    /** Of the layers 0, 1, 2 of {@link Problem}: the list's place is the layer's, in halves of the list; that of other tensors is the first. */
    private static double spread(List<Double> values, ParameterLayout.Tensor tensor) {
        String[] words = tensor.name().split("\\.", -1);
        double place = words[0].equals("layers") ? Integer.parseInt(words[1]) / 2.0 * (values.size() - 1) : 0.0;
        double below = values.get((int) Math.floor(place));
        double above = values.get((int) Math.ceil(place));
        return below + (above - below) * (place - Math.floor(place));
    }

    private double density(ParameterLayout.Tensor tensor) {
        return spread(merge.scope().density().values(), tensor);
    }

    private double alpha(ParameterLayout.Tensor tensor, long step) {
        double total = schedule.totalSteps();
        double after = (step - 1 - merge.alphaSchedule().warmupSteps())
                / (total - merge.alphaSchedule().warmupSteps());
        double curve = switch (merge.alphaSchedule().name()) {
            case CONSTANT -> 1.0;
            case LINEAR -> 1.0 - after;
            case COSINE -> (1.0 + Math.cos(Math.PI * after)) / 2.0;
            case LEARNING_RATE -> schedule.factor(step);
        };
        double least = merge.alphaSchedule().minRatio();
        double factor = merge.alphaSchedule().name() == AlphaSchedule.Name.LEARNING_RATE
                ? curve
                : after < 0.0 ? (step - 1.0) / merge.alphaSchedule().warmupSteps() : least + (1.0 - least) * curve;
        return spread(merge.scope().alpha().values(), tensor) * factor;
    }

    void step(long step, double[] gradientSum, double denominator) {
        double[] delta = adamW(step, clipped(gradientSum, denominator));
        double decay = adamW.learningRate() * schedule.factor(step) * adamW.weightDecay();
        if (switches.decay() == DecayPlace.BEFORE) {
            decay(decay);
        }
        boolean merges = merge.rule() == MergeRuleName.ON_DARE || merge.rule() == MergeRuleName.ON_TIES;
        if (!merges) {
            add(theta, delta);
        } else if (step % merge.interval() != 0) {
            add(cache, delta);
            add(theta, delta);
        } else {
            for (int i = 0; i < theta.length; i++) {
                theta[i] -= cache[i];
                delta[i] += cache[i];
                cache[i] = 0.0;
            }
            merge(step, delta);
        }
        if (switches.decay() == DecayPlace.AFTER) {
            decay(decay);
        }
        for (int i = 0; i < theta.length; i++) {
            average[i] = merge.ema().decay() * average[i] + (1.0 - merge.ema().decay()) * theta[i];
        }
    }

    private double[] clipped(double[] gradientSum, double denominator) {
        double squares = 0.0;
        double[] g = new double[gradientSum.length];
        for (int i = 0; i < g.length; i++) {
            g[i] = gradientSum[i] / denominator;
            squares += g[i] * g[i];
        }
        double limit = adamW.maxGradientNorm();
        double clip = limit <= 0.0 ? 1.0 : Math.min(1.0, limit / (Math.sqrt(squares) + 1e-6));
        for (int i = 0; i < g.length; i++) {
            g[i] *= clip;
        }
        return g;
    }

    private double[] adamW(long step, double[] g) {
        if (merge.rule() == MergeRuleName.CHILDTUNING) {
            keepRandom(g, step, merge.seed(), true);
        }
        double lr = adamW.learningRate() * schedule.factor(step);
        double c1 = 1.0 - Math.pow(adamW.beta1(), (double) step);
        double c2 = Math.sqrt(1.0 - Math.pow(adamW.beta2(), (double) step));
        double[] delta = new double[g.length];
        for (int i = 0; i < g.length; i++) {
            m[i] = adamW.beta1() * m[i] + (1.0 - adamW.beta1()) * g[i];
            v[i] = adamW.beta2() * v[i] + (1.0 - adamW.beta2()) * g[i] * g[i];
            delta[i] = switches.epsilonPlacement() == EpsilonPlacement.CORRECTED
                    ? -lr / c1 * m[i] / (Math.sqrt(v[i]) / c2 + adamW.epsilon())
                    : -lr * c2 / c1 * m[i] / (Math.sqrt(v[i]) + adamW.epsilon());
        }
        return delta;
    }

    private void merge(long step, double[] delta) {
        if (merge.rule() == MergeRuleName.ON_TIES) {
            keepLargest(delta);
            for (ParameterLayout.Tensor tensor : layout.tensors()) {
                for (int i = (int) tensor.offset(); i < tensor.end(); i++) {
                    theta[i] += isMerged(tensor) ? vote(alpha(tensor, step), tau[i], delta[i]) : delta[i];
                }
            }
            return;
        }
        double[] t = tau;
        if (switches.tauMask() == TauMask.FRESH) {
            t = fullTau.clone();
            keepRandom(t, step, merge.seed() ^ TAU_SALT, switches.rescale() != Rescale.NONE);
            clamp(t, switches.tauClip());
        }
        double[] before = delta.clone();
        keepRandom(delta, step, merge.seed(), switches.rescale() != Rescale.NONE);
        if (switches.rescale() == Rescale.L1) {
            restoreNorms(delta, before, 1e-8, 1e-8);
            clamp(delta, 1.0);
        }
        for (ParameterLayout.Tensor tensor : layout.tensors()) {
            double alpha = alpha(tensor, step);
            for (int i = (int) tensor.offset(); i < tensor.end(); i++) {
                theta[i] += isMerged(tensor) ? alpha * t[i] + (1.0 - alpha) * delta[i] : before[i];
            }
        }
    }

    private double vote(double alpha, double t, double d) {
        double x = alpha * t;
        double y = (1.0 - alpha) * d;
        if (switches.vote() == Vote.WEIGHTED) {
            boolean agree = Math.signum(x) * Math.signum(y) >= 0.0;
            return agree ? x + y : Math.abs(x) == Math.abs(y) ? 0.0 : Math.abs(x) > Math.abs(y) ? x : y;
        }
        double majority = t + d >= 0.0 ? 1.0 : -1.0;
        return (Math.signum(t) == majority ? x : 0.0) + (Math.signum(d) == majority ? y : 0.0);
    }

    /** The masks' specification is SplittableRandom seeded with the key. */
    private void keepRandom(double[] values, long step, long seed, boolean inverse) {
        for (ParameterLayout.Tensor tensor : layout.tensors()) {
            if (!isMerged(tensor)) {
                continue;
            }
            double density = density(tensor);
            double scale = inverse ? 1.0 / density : 1.0;
            SplittableRandom random = new SplittableRandom(mix(seed ^ mix(step * 0x9E3779B97F4A7C15L + tensor.id())));
            for (int i = (int) tensor.offset(); i < tensor.end(); i++) {
                values[i] = random.nextDouble() < density ? values[i] * scale : 0.0;
            }
        }
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }

    private void keepLargest(double[] values) {
        double[] before = values.clone();
        for (ParameterLayout.Tensor tensor : layout.tensors()) {
            double density = density(tensor);
            int keep = (int) (density * tensor.length());
            if (keep < 1 || density >= 1.0 || !isMerged(tensor)) {
                continue;
            }
            List<Integer> order = new ArrayList<>();
            for (int i = (int) tensor.offset(); i < tensor.end(); i++) {
                order.add(i);
            }
            order.sort(Comparator.comparingDouble(i -> -Math.abs(values[i]))); // stable: ties stay in index order
            for (int i : order.subList(keep, order.size())) {
                values[i] = 0.0;
            }
        }
        if (switches.rescale() == Rescale.L1) {
            restoreNorms(values, before, 0.0, 0.0);
        }
    }

    private void restoreNorms(double[] values, double[] before, double epsilon, double least) {
        for (ParameterLayout.Tensor tensor : layout.tensors()) {
            double was = 0.0;
            double is = 0.0;
            for (int i = (int) tensor.offset(); i < tensor.end(); i++) {
                was += Math.abs(before[i]);
                is += Math.abs(values[i]);
            }
            for (int i = (int) tensor.offset(); i < tensor.end(); i++) {
                values[i] *= was >= least && is > 0.0 ? was / (is + epsilon) : 1.0;
            }
        }
    }

    private static void clamp(double[] values, double limit) {
        for (int i = 0; limit > 0.0 && i < values.length; i++) {
            values[i] = Math.max(-limit, Math.min(limit, values[i]));
        }
    }

    private void decay(double factor) {
        for (ParameterLayout.Tensor tensor : layout.tensors()) {
            for (int i = (int) tensor.offset(); i < tensor.end(); i++) {
                theta[i] *= matches(adamW.decayed().exclude(), tensor) ? 1.0 : 1.0 - factor;
            }
        }
    }

    private static void add(double[] values, double[] others) {
        for (int i = 0; i < values.length; i++) {
            values[i] += others[i];
        }
    }

    private static double[] widen(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}

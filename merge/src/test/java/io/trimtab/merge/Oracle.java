package io.trimtab.merge;

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
    private final double[] m;
    private final double[] v;
    private final double[] fullTau;
    private final double[] tau;
    private final double[] cache;
    final double[] theta;
    final double[] average;

    Oracle(ParameterLayout layout, AdamWSettings adamW, MergeSettings merge, float[] theta, float[] sft, float[] base) {
        this(layout, adamW, merge, widen(theta), widen(sft), widen(base));
    }

    Oracle(
            ParameterLayout layout,
            AdamWSettings adamW,
            MergeSettings merge,
            double[] theta,
            double[] sft,
            double[] base) {
        this.layout = layout;
        this.adamW = adamW;
        this.merge = merge;
        this.switches = merge.switches();
        this.m = new double[theta.length];
        this.v = new double[theta.length];
        this.cache = new double[theta.length];
        this.theta = theta.clone();
        this.average = theta.clone();
        this.fullTau = new double[theta.length];
        for (int i = 0; i < fullTau.length; i++) {
            fullTau[i] = sft[i] - base[i];
        }
        this.tau = fullTau.clone();
        if (merge.rule() == MergeRuleName.ON_TIES) {
            keepLargest(tau);
            clamp(tau, switches.tauClip());
        } else if (merge.rule() == MergeRuleName.ON_DARE) {
            keepRandom(tau, 0, merge.seed(), tauScale());
            clamp(tau, switches.tauClip());
        }
    }

    private double tauScale() {
        return switches.rescale() == Rescale.NONE ? 1.0 : 1.0 / merge.density();
    }

    void step(long step, double[] gradientSum, double denominator) {
        double[] delta = adamW(step, clipped(gradientSum, denominator));
        double decay = adamW.learningRate() * adamW.weightDecay();
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
            keepRandom(g, step, merge.seed(), 1.0 / merge.density());
        }
        double lr = adamW.learningRate();
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
            for (int i = 0; i < theta.length; i++) {
                theta[i] += vote(tau[i], delta[i]);
            }
            return;
        }
        double[] t = tau;
        if (switches.tauMask() == TauMask.FRESH) {
            t = fullTau.clone();
            keepRandom(t, step, merge.seed() ^ TAU_SALT, tauScale());
            clamp(t, switches.tauClip());
        }
        double[] before = delta.clone();
        keepRandom(delta, step, merge.seed(), tauScale());
        if (switches.rescale() == Rescale.L1) {
            restoreNorms(delta, before, 1e-8, 1e-8);
            clamp(delta, 1.0);
        }
        for (int i = 0; i < theta.length; i++) {
            theta[i] += merge.alpha() * t[i] + (1.0 - merge.alpha()) * delta[i];
        }
    }

    private double vote(double t, double d) {
        double x = merge.alpha() * t;
        double y = (1.0 - merge.alpha()) * d;
        if (switches.vote() == Vote.WEIGHTED) {
            boolean agree = Math.signum(x) * Math.signum(y) >= 0.0;
            return agree ? x + y : Math.abs(x) == Math.abs(y) ? 0.0 : Math.abs(x) > Math.abs(y) ? x : y;
        }
        double majority = t + d >= 0.0 ? 1.0 : -1.0;
        return (Math.signum(t) == majority ? x : 0.0) + (Math.signum(d) == majority ? y : 0.0);
    }

    /** The masks' specification is SplittableRandom seeded with the key. */
    private void keepRandom(double[] values, long step, long seed, double scale) {
        for (ParameterLayout.Tensor tensor : layout.tensors()) {
            SplittableRandom random = new SplittableRandom(mix(seed ^ mix(step * 0x9E3779B97F4A7C15L + tensor.id())));
            for (int i = (int) tensor.offset(); i < tensor.end(); i++) {
                values[i] = random.nextDouble() < merge.density() ? values[i] * scale : 0.0;
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
            int keep = (int) (merge.density() * tensor.length());
            if (keep < 1 || merge.density() >= 1.0) {
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
        for (int i = 0; i < theta.length; i++) {
            theta[i] *= 1.0 - factor;
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

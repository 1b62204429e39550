package io.trimtab.merge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** The merged update once more, obviously right: one rank, doubles, sorting, no sharing of code with what it checks. */
final class Oracle {

    private final ParameterLayout layout;
    private final AdamWSettings adamW;
    private final MergeSettings merge;
    private final double[] m;
    private final double[] v;
    private final double[] tau;
    final double[] theta;

    Oracle(ParameterLayout layout, AdamWSettings adamW, MergeSettings merge, float[] theta, float[] sft, float[] base) {
        this.layout = layout;
        this.adamW = adamW;
        this.merge = merge;
        this.m = new double[theta.length];
        this.v = new double[theta.length];
        this.theta = widen(theta);
        this.tau = new double[theta.length];
        for (int i = 0; i < tau.length; i++) {
            tau[i] = sft[i] - base[i];
        }
        if (merge.rule() == MergeRuleName.ON_TIES) {
            keepLargest(tau);
        } else if (merge.rule() == MergeRuleName.ON_DARE && merge.semantics() == Semantics.RELEASED) {
            keepRandom(tau, 0, merge.seed(), 1.0 / merge.density());
            for (int i = 0; i < tau.length; i++) {
                tau[i] = Math.max(-1.0, Math.min(1.0, tau[i]));
            }
        }
    }

    void step(long step, double[] gradientSum, double denominator) {
        double squares = 0.0;
        double[] g = new double[gradientSum.length];
        for (int i = 0; i < g.length; i++) {
            g[i] = gradientSum[i] / denominator;
            squares += g[i] * g[i];
        }
        double clip = adamW.maxGradientNorm() <= 0.0
                ? 1.0
                : Math.min(1.0, adamW.maxGradientNorm() / (Math.sqrt(squares) + 1e-6));
        boolean torch = merge.rule() == MergeRuleName.NONE;
        double lr = adamW.learningRate();
        double c1 = 1.0 - Math.pow(adamW.beta1(), (double) step);
        double c2 = Math.sqrt(1.0 - Math.pow(adamW.beta2(), (double) step));
        double[] delta = new double[g.length];
        for (int i = 0; i < g.length; i++) {
            double gi = g[i] * clip;
            m[i] = adamW.beta1() * m[i] + (1.0 - adamW.beta1()) * gi;
            v[i] = adamW.beta2() * v[i] + (1.0 - adamW.beta2()) * gi * gi;
            delta[i] = torch
                    ? -lr / c1 * m[i] / (Math.sqrt(v[i]) / c2 + adamW.epsilon())
                    : -lr * c2 / c1 * m[i] / (Math.sqrt(v[i]) + adamW.epsilon());
        }
        double kept = 1.0 - lr * adamW.weightDecay();
        switch (merge.rule()) {
            case NONE, CHILDTUNING, EMA -> {
                for (int i = 0; i < theta.length; i++) {
                    theta[i] = theta[i] * kept + delta[i];
                }
            }
            case ON_DARE -> {
                boolean released = merge.semantics() == Semantics.RELEASED;
                keepRandom(delta, step, merge.seed(), released ? 1.0 / merge.density() : 1.0);
                double[] x = tau.clone();
                if (!released) {
                    keepRandom(x, step, merge.seed() ^ 0x5441555F4D41534BL, 1.0);
                }
                for (int i = 0; i < theta.length; i++) {
                    theta[i] = (theta[i] + merge.alpha() * x[i] + (1.0 - merge.alpha()) * delta[i]) * kept;
                }
            }
            case ON_TIES -> {
                keepLargest(delta);
                for (int i = 0; i < theta.length; i++) {
                    theta[i] = (theta[i] + vote(tau[i], delta[i])) * kept;
                }
            }
        }
    }

    private double vote(double t, double d) {
        double x = merge.alpha() * t;
        double y = (1.0 - merge.alpha()) * d;
        if (merge.semantics() == Semantics.PAPER) {
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
    }

    private static double[] widen(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}

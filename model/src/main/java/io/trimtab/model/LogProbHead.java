package io.trimtab.model;

import io.trimtab.model.engine.EngineSession;
import io.trimtab.model.engine.Tensor;
import io.trimtab.model.engine.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Hidden states to log-probs of given next tokens, over rows that predict a completion token and no others.
 *
 * <p>M rows times V words of logits are the largest tensor of a pass. Where they fit the budget they stay in the graph; else they are
 * computed chunk by chunk, thrown away, and computed again in the backward pass with the gradient that has arrived by then.
 */
final class LogProbHead {

    /** Logits kept for the backward pass: 2^25 numbers, 128 MiB of floats, held about three times while the gradient passes. */
    static final long DEFAULT_BUDGET = 1L << 25;

    private final EngineSession session;
    private final Tensor weight;
    private final int vocabularySize;
    private final double[] numbers;
    private final long budget;

    LogProbHead(EngineSession session, Tensor weight, ModelArchitecture architecture, long budget) {
        this.session = session;
        this.weight = weight;
        this.vocabularySize = architecture.vocabularySize();
        this.numbers = ScriptNumbers.of(architecture).reals();
        this.budget = budget;
    }

    /** Log-probs of the targets behind hidden states (M, H), with what a backward pass needs. */
    Pass forward(TensorScope scope, Tensor hidden, int[] targets) {
        Tensor leaf = scope.leaf(hidden);
        if ((long) targets.length * vocabularySize <= budget) {
            return new WholePass(scope, leaf, targets);
        }
        return new ChunkedPass(scope, hidden, targets);
    }

    /** Log-probs alone, (M). To be called with gradients off. */
    double[] logProbs(TensorScope scope, Tensor hidden, int[] targets) {
        double[] result = new double[targets.length];
        for (Chunk chunk : chunks(targets.length)) {
            try (TensorScope inner = scope.open()) {
                double[] part = chunk(inner, "log_probs", chunk.of(inner, hidden), targets, chunk)
                        .toDoubles();
                System.arraycopy(part, 0, result, chunk.from(), part.length);
            }
        }
        return result;
    }

    /** Whether the most probable word is the target, (M). To be called with gradients off. */
    boolean[] hits(TensorScope scope, Tensor hidden, int[] targets) {
        boolean[] result = new boolean[targets.length];
        for (Chunk chunk : chunks(targets.length)) {
            try (TensorScope inner = scope.open()) {
                long[] part = chunk(inner, "hits", chunk.of(inner, hidden), targets, chunk)
                        .toLongs();
                for (int i = 0; i < part.length; i++) {
                    result[chunk.from() + i] = part[i] == 1;
                }
            }
        }
        return result;
    }

    private Tensor chunk(TensorScope scope, String method, Tensor hidden, int[] targets, Chunk chunk) {
        int[] wanted = Arrays.copyOfRange(targets, chunk.from(), chunk.to());
        return scope.call(method)
                .with(hidden)
                .with(weight)
                .with(scope.longs(wanted, wanted.length))
                .with(numbers)
                .tensor();
    }

    private List<Chunk> chunks(int rows) {
        int size = (int) Math.max(1, Math.min(rows, budget / vocabularySize));
        List<Chunk> chunks = new ArrayList<>();
        for (int from = 0; from < rows; from += size) {
            chunks.add(new Chunk(from, Math.min(rows, from + size)));
        }
        return chunks;
    }

    /** Rows [from, to). */
    private record Chunk(int from, int to) {
        Tensor of(TensorScope scope, Tensor rows) {
            return scope.call("span").with(rows).with(from).with(to).tensor();
        }
    }

    /** One computation of log-probs that can be sent back once. */
    interface Pass {
        /** (M). */
        double[] logProbs();

        /** Takes d loss / d log-prob, (M); adds to the head's gradient and returns that of the hidden states, (M, H). */
        Tensor backward(double[] gradient);
    }

    private final class WholePass implements Pass {
        private final TensorScope scope;
        private final Tensor hidden;
        private final Tensor logProbs;

        WholePass(TensorScope scope, Tensor hidden, int[] targets) {
            this.scope = scope;
            this.hidden = hidden;
            this.logProbs = chunk(scope, "log_probs", hidden, targets, new Chunk(0, targets.length));
        }

        @Override
        public double[] logProbs() {
            return logProbs.toDoubles();
        }

        @Override
        public Tensor backward(double[] gradient) {
            scope.backward(logProbs, scope.reals(gradient, gradient.length));
            return scope.gradient(hidden);
        }
    }

    private final class ChunkedPass implements Pass {
        private final TensorScope scope;
        private final Tensor hidden;
        private final int[] targets;
        private final double[] logProbs;

        ChunkedPass(TensorScope scope, Tensor hidden, int[] targets) {
            this.scope = scope;
            this.hidden = hidden;
            this.targets = targets;
            this.logProbs = session.withoutGradients(() -> LogProbHead.this.logProbs(scope, hidden, targets));
        }

        @Override
        public double[] logProbs() {
            return logProbs;
        }

        @Override
        public Tensor backward(double[] gradient) {
            List<Tensor> parts = new ArrayList<>();
            for (Chunk chunk : chunks(targets.length)) {
                Tensor leaf = session.withoutGradients(() -> scope.leaf(chunk.of(scope, hidden)));
                try (TensorScope inner = scope.open()) {
                    double[] part = Arrays.copyOfRange(gradient, chunk.from(), chunk.to());
                    inner.backward(chunk(inner, "log_probs", leaf, targets, chunk), inner.reals(part, part.length));
                }
                parts.add(scope.gradient(leaf));
            }
            return session.withoutGradients(() -> scope.call("join").with(parts).tensor());
        }
    }
}

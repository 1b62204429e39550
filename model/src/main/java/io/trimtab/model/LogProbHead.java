package io.trimtab.model;

import io.trimtab.model.engine.ScriptCall;
import io.trimtab.model.engine.Tensor;
import io.trimtab.model.engine.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hidden states to log-probs of given next tokens, over rows that predict a completion token and no others.
 *
 * <p>M rows times V words of logits are the largest tensor of a pass. Where they fit the budget they are kept, in the precision of the product that
 * made them; else they are computed chunk by chunk, thrown away, and computed again in the backward pass with the gradient that has arrived by then.
 * That gradient, {@code g (onehot(target) - softmax(logits))}, is written out and overwrites the logits. Both ways go through few rows at a time,
 * in 32 bits, while they are in the processor's cache; the weight's gradient is made and added for some words after the other. To be called with
 * gradients off.
 */
final class LogProbHead {

    /** Logits kept for the backward pass: 2^25 numbers, 128 MiB of floats. */
    static final long DEFAULT_BUDGET = 1L << 25;

    /** Logits, or entries of the weight's gradient, that are looked at in one go, or one row more; the script has the same number. */
    static final long AT_ONCE = 1L << 21;

    private final Tensor weight;
    private final Tensor weightGradients;
    private final int vocabularySize;
    private final double[] numbers;
    private final long budget;

    /** @param weightGradients where those of the weight add up; empty for inference */
    LogProbHead(Tensor weight, Tensor weightGradients, ModelArchitecture architecture, long budget) {
        this.weight = weight;
        this.weightGradients = weightGradients;
        this.vocabularySize = architecture.vocabularySize();
        this.numbers = ScriptNumbers.of(architecture).reals();
        this.budget = budget;
    }

    /** Log-probs of the targets behind hidden states (M, H), with what a backward pass needs. */
    Pass forward(TensorScope scope, Tensor hidden, int[] targets) {
        if ((long) targets.length * vocabularySize > budget) {
            return new Pass(scope, hidden, targets, null, logProbs(scope, hidden, targets));
        }
        Words words = words(scope, hidden, targets, new Chunk(0, targets.length));
        return new Pass(scope, hidden, targets, words, words.logProbs().toDoubles());
    }

    /** Log-probs alone, (M). */
    double[] logProbs(TensorScope scope, Tensor hidden, int[] targets) {
        double[] result = new double[targets.length];
        for (Chunk chunk : chunks(targets.length)) {
            try (TensorScope inner = scope.open()) {
                double[] part = words(inner, chunk.of(inner, hidden), targets, chunk)
                        .logProbs()
                        .toDoubles();
                System.arraycopy(part, 0, result, chunk.from(), part.length);
            }
        }
        return result;
    }

    /** Whether the most probable word is the target, (M). */
    boolean[] hits(TensorScope scope, Tensor hidden, int[] targets) {
        boolean[] result = new boolean[targets.length];
        for (Chunk chunk : chunks(targets.length)) {
            try (TensorScope inner = scope.open()) {
                long[] part = on(inner.call("hits"), chunk.of(inner, hidden), chunk.targets(inner, targets))
                        .tensor()
                        .toLongs();
                for (int i = 0; i < part.length; i++) {
                    result[chunk.from() + i] = part[i] == 1;
                }
            }
        }
        return result;
    }

    private Words words(TensorScope scope, Tensor hidden, int[] targets, Chunk chunk) {
        List<Tensor> words = on(scope.call("log_probs"), hidden, chunk.targets(scope, targets))
                .tensors();
        return new Words(words.get(0), words.get(1), words.get(2));
    }

    private ScriptCall on(ScriptCall call, Tensor hidden, Tensor targets) {
        return call.with(hidden).with(weight).with(targets).with(numbers);
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

        Tensor targets(TensorScope scope, int[] all) {
            return scope.longs(Arrays.copyOfRange(all, from, to), to - from);
        }
    }

    /** Log-probs of the targets (m), logarithms of the sum over all words (m), logits (m, V). */
    private record Words(Tensor logProbs, Tensor total, Tensor logits) {}

    /** One computation of log-probs that can be sent back once. */
    final class Pass {
        private final TensorScope scope;
        private final Tensor hidden;
        private final int[] targets;
        private final @Nullable Words kept;
        private final double[] logProbs;

        private Pass(TensorScope scope, Tensor hidden, int[] targets, @Nullable Words kept, double[] logProbs) {
            this.scope = scope;
            this.hidden = hidden;
            this.targets = targets;
            this.kept = kept;
            this.logProbs = logProbs;
        }

        /** (M). */
        double[] logProbs() {
            return logProbs;
        }

        /**
         * Takes d loss / d log-prob, (M); adds to the head's gradient and returns that of the hidden states, (M, H).
         *
         * @param fresh whether to overwrite the head's gradient instead
         */
        Tensor backward(double[] gradient, boolean fresh) {
            if (kept != null) {
                return backward(scope, hidden, kept, gradient, new Chunk(0, targets.length), fresh);
            }
            List<Tensor> parts = new ArrayList<>();
            for (Chunk chunk : chunks(targets.length)) {
                Tensor rows = chunk.of(scope, hidden);
                Words words = words(scope, rows, targets, chunk);
                parts.add(backward(scope, rows, words, gradient, chunk, fresh && chunk.from() == 0));
            }
            return scope.call("join").with(parts).tensor();
        }

        /** Closes the logits. */
        private Tensor backward(
                TensorScope scope, Tensor rows, Words words, double[] gradient, Chunk chunk, boolean fresh) {
            Tensor result = on(scope.call("log_probs_backward"), rows, chunk.targets(scope, targets))
                    .with(scope.reals(
                            Arrays.copyOfRange(gradient, chunk.from(), chunk.to()), (long) chunk.to() - chunk.from()))
                    .with(words.total())
                    .with(words.logits())
                    .with(weightGradients)
                    .with(fresh ? 1 : 0)
                    .tensor();
            words.logits().close();
            return result;
        }
    }
}

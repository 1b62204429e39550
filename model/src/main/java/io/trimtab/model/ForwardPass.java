package io.trimtab.model;

import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.engine.TensorScope;
import java.util.function.Consumer;

/**
 * The outcome of one forward pass, and the graph behind it until {@link Policy#backward} or {@link #close} ends it. Belongs to the thread
 * that made it; several may be open at a time.
 */
public final class ForwardPass implements AutoCloseable {

    private final TensorScope scope;
    private final PackedBatch batch;
    private final double[] tokenLogProbs;
    private final Consumer<double[]> graph;
    private boolean open = true;

    /** @param graph takes d loss / d log-prob of every predicted token */
    ForwardPass(TensorScope scope, PackedBatch batch, double[] tokenLogProbs, Consumer<double[]> graph) {
        this.scope = scope;
        this.batch = batch;
        this.tokenLogProbs = tokenLogProbs;
        this.graph = graph;
    }

    /** One per completion of the batch: the sum of its tokens' log-probs, added in double. */
    public double[] logProbs() {
        return sums(batch, tokenLogProbs);
    }

    /** One per completion: its tokens with a log-prob. */
    public int[] tokenCounts() {
        return batch.tokenCounts();
    }

    /** Every token of a completion receives the completion's derivative: its log-prob is their sum. */
    void backward(double[] logProbGradients) {
        if (!open) {
            throw new IllegalStateException("Cannot go backward: this forward pass is closed");
        }
        int[] counts = batch.tokenCounts();
        if (logProbGradients.length != counts.length) {
            throw new IllegalArgumentException("Cannot go backward with " + logProbGradients.length
                    + " derivatives: the batch has " + counts.length + " completions");
        }
        double[] perToken = new double[tokenLogProbs.length];
        int at = 0;
        for (int c = 0; c < counts.length; c++) {
            for (int t = 0; t < counts[c]; t++) {
                perToken[at++] = logProbGradients[c];
            }
        }
        graph.accept(perToken);
    }

    static double[] sums(PackedBatch batch, double[] tokenLogProbs) {
        int[] counts = batch.tokenCounts();
        double[] sums = new double[counts.length];
        int at = 0;
        for (int c = 0; c < counts.length; c++) {
            for (int t = 0; t < counts[c]; t++) {
                sums[c] += tokenLogProbs[at++];
            }
        }
        return sums;
    }

    /** Frees the graph; harmless when it is gone already. */
    @Override
    public void close() {
        if (open) {
            open = false;
            scope.close();
        }
    }
}

package io.trimtab.model;

import io.trimtab.model.batch.PackedBatch;
import java.util.List;

/** A causal decoder with its head on one device. Used by one thread at a time. */
public final class Policy implements AutoCloseable {

    private final ModelArchitecture architecture;

    private Policy(ModelArchitecture architecture) {
        this.architecture = architecture;
    }

    /** Fresh weights. */
    public static Policy initialize(ModelArchitecture architecture, long seed, PolicyOptions options) {
        throw new UnsupportedOperationException("not yet");
    }

    public ModelArchitecture architecture() {
        return architecture;
    }

    public List<TensorSpec> tensors() {
        return architecture.tensors();
    }

    /** Computes the batch and keeps the graph. */
    public ForwardPass forward(PackedBatch batch) {
        throw new UnsupportedOperationException("not yet");
    }

    /** Adds to the gradients; closes the pass. @param logProbGradients d loss / d log-prob, one per completion */
    public void backward(ForwardPass pass, double[] logProbGradients) {
        throw new UnsupportedOperationException("not yet");
    }

    /** One per completion, without a graph. */
    public double[] logProbs(PackedBatch batch) {
        throw new UnsupportedOperationException("not yet");
    }

    /** Log-prob of every predicted token, one array per completion. */
    public float[][] tokenLogProbs(PackedBatch batch) {
        throw new UnsupportedOperationException("not yet");
    }

    /** Whether the most probable token is the one that stands there, for every predicted token; one array per completion. */
    public boolean[][] argmaxHits(PackedBatch batch) {
        throw new UnsupportedOperationException("not yet");
    }

    /** Entries [offset, offset + length) of a tensor's gradient, row-major; zeros where nothing has flowed. */
    public void readGradients(int tensorId, long offset, float[] target, int at, int length) {
        throw new UnsupportedOperationException("not yet");
    }

    public void zeroGradients() {
        throw new UnsupportedOperationException("not yet");
    }

    public void readWeights(int tensorId, long offset, float[] target, int at, int length) {
        throw new UnsupportedOperationException("not yet");
    }

    public void writeWeights(int tensorId, long offset, float[] source, int at, int length) {
        throw new UnsupportedOperationException("not yet");
    }

    @Override
    public void close() {}
}

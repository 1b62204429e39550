package io.trimtab.model;

/**
 * The outcome of one forward pass, and the graph behind it until {@link Policy#backward} or {@link #close} ends it. Bound to the thread
 * that made it.
 */
public final class ForwardPass implements AutoCloseable {

    /** One per completion of the batch: the sum of its tokens' log-probs, added in double. */
    public double[] logProbs() {
        throw new UnsupportedOperationException("not yet");
    }

    /** One per completion: its tokens with a log-prob. */
    public int[] tokenCounts() {
        throw new UnsupportedOperationException("not yet");
    }

    @Override
    public void close() {}
}

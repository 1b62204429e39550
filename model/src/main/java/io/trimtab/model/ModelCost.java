package io.trimtab.model;

import io.trimtab.model.parts.DecoderParts;
import io.trimtab.model.parts.Norms;
import io.trimtab.model.parts.QueryKeyNorm;
import java.util.Optional;
import java.util.stream.Stream;

/** What an architecture costs per row of a packed batch, worked out from its parts. */
public final class ModelCost {

    /**
     * What a kept number takes in memory, measured: 4 bytes, copies of keys and values for each answer behind a long prompt, and what the
     * allocator loses between blocks.
     */
    private static final double KEPT_BYTES = 4.7;

    /** The same where operands of matrix products are bfloat16: about half of the numbers. */
    private static final double ROUNDED_BYTES = 3.7;

    private final ModelArchitecture model;

    public ModelCost(ModelArchitecture model) {
        this.model = model;
    }

    /** Floating point operations of the matrix products that a row takes through all layers, forward: two per weight of a matrix. */
    public long layerFlops() {
        return LayerTensors.of(model).stream()
                .flatMap(Optional::stream)
                .filter(weight -> weight.shape().length == 2)
                .mapToLong(weight -> 2 * weight.shape()[0] * weight.shape()[1] * model.layers())
                .sum();
    }

    /** The same of the head, for each predicted token. */
    public long headFlops() {
        return 2L * model.vocabularySize() * model.hiddenSize();
    }

    /**
     * Floating point operations of the matrix products with weights in one training pass: once forward, twice backward, and forward once more for
     * what the backward pass computes again. Attention's own products are left out.
     *
     * @param rows of the packed batch
     * @param predicted tokens
     */
    public long trainingFlops(long rows, long predicted, boolean activationCheckpointing) {
        int layerPasses = activationCheckpointing ? 4 : 3;
        // Logits beyond the budget are computed twice.
        int headPasses = predicted * model.vocabularySize() <= LogProbHead.DEFAULT_BUDGET ? 3 : 4;
        return layerPasses * rows * layerFlops() + headPasses * predicted * headFlops();
    }

    /** The same of a pass that only scores. */
    public long scoringFlops(long rows, long predicted) {
        return rows * layerFlops() + predicted * headFlops();
    }

    /** Bytes of the weights that a precision keeps a second time, rounded: all operands of matrix products. */
    public long roundedWeightBytes(Precision precision) {
        return (isRounded(precision) ? Short.BYTES : 0) * (layerFlops() + headFlops()) / 2;
    }

    /**
     * Bytes of activations at the highest, in the middle of the backward pass.
     *
     * @param rows of the packed batch
     * @param longest sequence, in tokens
     */
    public long activationBytes(long rows, int longest, Precision precision, boolean activationCheckpointing) {
        double bytes = isRounded(precision) ? ROUNDED_BYTES : KEPT_BYTES * precision.bytes() / Float.BYTES;
        long kept = Math.round(rows * keptNumbers((int) Math.min(rows, longest)) * bytes);
        if (!activationCheckpointing) {
            return kept;
        }
        // The input of every layer, and one layer at a time.
        return rows * model.layers() * model.hiddenSize() * precision.bytes() + kept / model.layers();
    }

    /**
     * Bytes of the head at the highest for so many predicted tokens: logits as its product gives them, and a few numbers at a time of what they become
     * on the way back or, after that, of the gradient of its weight before that is added.
     */
    public long headBytes(long predicted, Precision precision) {
        long logits = Math.min(predicted * model.vocabularySize(), LogProbHead.DEFAULT_BUDGET);
        long weight = (long) model.vocabularySize() * model.hiddenSize();
        int ofProduct = isRounded(precision) ? Short.BYTES : precision.bytes();
        boolean capped = model.parts().multipliers().logitSoftCap() > 0;
        // Capped ones are kept in 32 bits, and rounded for the products of the way back.
        int ofLogits = capped && isRounded(precision) ? Float.BYTES + Short.BYTES : ofProduct;
        long slopes = Math.min(logits, LogProbHead.AT_ONCE) * (capped ? 4 : 2) * precision.bytes();
        // As its product gives it, and in 32 bits to be added.
        int ofGradient = ofProduct + (isRounded(precision) ? Float.BYTES : 0);
        long gradient = Math.min(weight, LogProbHead.AT_ONCE) * ofGradient;
        return logits * ofLogits + Math.max(slopes, gradient);
    }

    private static boolean isRounded(Precision precision) {
        return precision == Precision.BF16;
    }

    /**
     * Numbers that all layers keep of a row for the backward pass.
     *
     * @param keys rows that it looks at, at most: only capped scores, which the engine's fused attention cannot compute, keep one per key
     */
    public long keptNumbers(int keys) {
        DecoderParts parts = model.parts();
        long queries = (long) model.heads() * model.headSize();
        long keyWidth = (long) model.keyValueHeads() * model.headSize();
        // The way back of a layer without a norm behind its MLP is written out: norms, gate and their product are
        // computed again.
        boolean writtenOut = parts.norms().afterMlp().isEmpty();
        // Entry and middle of the stream; of each norm the normed row and, where it is not computed again, its input or
        // output.
        long perNorm = writtenOut ? 1 : 2;
        long afterAttention = writtenOut && parts.norms().afterAttention().isPresent() ? 1 : 0;
        long stream = (2 + perNorm * norms(parts.norms()) + afterAttention) * model.hiddenSize();
        // Queries, keys, values; keys and values again for every head that shares them; what attention gives, twice.
        long repeated = model.heads() == model.keyValueHeads() ? 0 : 2 * queries;
        long attention = 3 * queries + 2 * keyWidth + repeated;
        long normed = parts.queryKeyNorm() == QueryKeyNorm.NONE ? 0 : 2 * (queries + keyWidth);
        // Scores behind tanh and behind softmax.
        long scores = parts.attention().softCap() > 0 ? 2L * model.heads() * keys : 0;
        // Gate before its activation and up; behind it, and their product.
        long mlp = (writtenOut ? 2L : 4L) * model.intermediateSize();
        return model.layers() * (stream + attention + normed + scores + mlp);
    }

    private static long norms(Norms norms) {
        return Stream.of(norms.beforeAttention(), norms.afterAttention(), norms.beforeMlp(), norms.afterMlp())
                .filter(Optional::isPresent)
                .count();
    }
}

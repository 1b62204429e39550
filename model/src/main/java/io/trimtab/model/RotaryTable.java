package io.trimtab.model;

import io.trimtab.model.engine.Tensor;
import io.trimtab.model.engine.TensorScope;
import io.trimtab.model.parts.Rope;
import org.jspecify.annotations.Nullable;

/**
 * Cosines and sines of rotary positions (Su et al., arXiv 2104.09864), in Llama's half-split order, worked out in double.
 *
 * <p>Turning x = (a, b) is x * cos + (b, a) * sin with the sign of the first half's sine already turned; the table grows with the longest
 * sequence seen, because a model may allow far more positions than a run uses.
 */
final class RotaryTable {

    private final TensorScope owner;
    private final double[] frequencies;
    private final double amplitude;
    private final int maxPositions;
    private int positions;
    private @Nullable Rotation table;

    RotaryTable(TensorScope owner, Rope rope, int headSize, int maxPositions) {
        this.owner = owner;
        this.frequencies = rope.frequencies(headSize);
        this.amplitude = rope.amplitude();
        this.maxPositions = maxPositions;
    }

    /** Rows (positions, 1, turned entries of a head) for every position up to this one, at least. */
    Rotation upTo(int lastPosition) {
        if (lastPosition >= maxPositions) {
            throw new IllegalArgumentException("Cannot compute a sequence of " + (lastPosition + 1)
                    + " tokens: the model has " + maxPositions + " positions; lower data.max-length");
        }
        Rotation current = table;
        if (current == null || lastPosition >= positions) {
            current = grow(lastPosition + 1);
            table = current;
        }
        return current;
    }

    private Rotation grow(int needed) {
        // The smaller tables stay until the owner closes: somebody may be decoding with them, and all together they are
        // no larger than this.
        positions = Math.min(maxPositions, Math.max(64, Integer.highestOneBit(needed) * 2));
        int half = frequencies.length;
        int turned = 2 * half;
        double[] cos = new double[positions * turned];
        double[] sin = new double[positions * turned];
        for (int p = 0; p < positions; p++) {
            for (int i = 0; i < half; i++) {
                double angle = p * frequencies[i];
                int at = p * turned + i;
                cos[at] = cos[at + half] = amplitude * Math.cos(angle);
                sin[at + half] = amplitude * Math.sin(angle);
                sin[at] = -sin[at + half];
            }
        }
        return new Rotation(owner.reals(cos, positions, 1, turned), owner.reals(sin, positions, 1, turned));
    }

    /** The table's two tensors. */
    record Rotation(Tensor cosines, Tensor sines) {}
}

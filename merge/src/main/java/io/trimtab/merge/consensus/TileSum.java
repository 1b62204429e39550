package io.trimtab.merge.consensus;

import io.trimtab.merge.shard.Entries;
import io.trimtab.merge.shard.TensorPart;
import io.trimtab.merge.sparsify.KeepLargest;

/**
 * Adds to the weights of a tile what a consensus makes of the SFT delta and the step: one product where the SFT delta is 0, the whole rule at its other
 * entries, which are gathered for that. Zeros are added as +0, whatever their sign. Buffers of a tile's size; not thread safe.
 */
public final class TileSum {

    private final float[] deltas = new float[TensorPart.TILE];
    private final float[] sums = new float[TensorPart.TILE];

    /** New weights, where the old ones stand in their array: C2 makes no vector instructions of arrays with offsets of their own. */
    private float[] moved = {};

    /** Above it a distance between two floats of this size is a normal number, which nothing that {@link #TINY} could do to it changes. */
    private static final float NOT_SMALL = 0x1p-60f;

    private static final float TINY = Float.MIN_NORMAL;

    /** Entries of a sparse step at their places, zeros between two calls. */
    private final float[] spread = new float[TensorPart.TILE];

    /**
     * A step of many entries, at {@code from … to - 1} in their array as in that of the weights.
     *
     * @param tau of the tile; used up
     * @param smallest magnitude bits of the smallest entry of the step that counts, smaller ones being taken for 0
     */
    public void add(Consensus consensus, float[] weights, float[] delta, int from, int to, Entries tau, int smallest) {
        if (moved.length < weights.length) {
            moved = new float[weights.length];
        }
        move(weights, delta, from, to, consensus.stepShare(), smallest);
        int[] places = tau.places();
        for (int i = 0; i < tau.count(); i++) {
            deltas[i] = delta[from + places[i]]; // in the cache by now
        }
        KeepLargest.keepFrom(deltas, 0, tau.count(), smallest);
        consensus.sum(tau.values(), deltas, tau.count(), sums);
        for (int i = 0; i < tau.count(); i++) {
            int place = from + places[i];
            moved[place] = weights[place] + (sums[i] + 0.0f);
        }
        System.arraycopy(moved, from, weights, from, to - from);
    }

    /** As if there were no tau. */
    private void move(float[] weights, float[] delta, int from, int to, float share, int smallest) {
        float dropped = smallest == 0 ? 0.0f : Float.intBitsToFloat(smallest - 1);
        if (smallest == 0) {
            moveBy(moved, weights, delta, from, to, share);
        } else if (dropped > NOT_SMALL) {
            moveAbove(moved, weights, delta, from, to, share, dropped);
        } else {
            moveAboveSmall(moved, weights, delta, from, to, share, dropped);
        }
    }

    private static void moveBy(float[] moved, float[] weights, float[] delta, int from, int to, float share) {
        for (int i = from; i < to; i++) {
            moved[i] = weights[i] + (share * delta[i] + 0.0f);
        }
    }

    /**
     * Without comparisons, so that a processor takes many entries at once: the distance from the largest that is dropped becomes its sign s, and s (s + 1) / 2 is 1
     * above and 0 elsewhere.
     */
    private static void moveAbove(
            float[] moved, float[] weights, float[] delta, int from, int to, float share, float dropped) {
        for (int i = from; i < to; i++) {
            float distance = Math.abs(delta[i]) - dropped;
            float sign = distance / (Math.abs(distance) + TINY);
            moved[i] = weights[i] + (share * (delta[i] * (sign * (0.5f * sign + 0.5f))) + 0.0f);
        }
    }

    /** For distances of any size, in half as much time again: they are blown up and cut to 0 … 1. */
    private static void moveAboveSmall(
            float[] moved, float[] weights, float[] delta, int from, int to, float share, float dropped) {
        for (int i = from; i < to; i++) {
            float distance = (Math.abs(delta[i]) - dropped) * 0x1p127f * 0x1p127f;
            moved[i] = weights[i] + (share * (delta[i] * Math.min(Math.max(distance, 0.0f), 1.0f)) + 0.0f);
        }
    }

    /**
     * A step of which few entries are left: no other weight is touched.
     *
     * @param from where the tile's weights begin
     * @param delta of the tile, in any order
     * @param tau of the tile; used up
     */
    public void add(Consensus consensus, float[] weights, int from, Entries delta, Entries tau) {
        int[] places = delta.places();
        for (int i = 0; i < delta.count(); i++) {
            spread[places[i]] = delta.values()[i];
        }
        addWhereTauIs(consensus, weights, from, tau);
        float share = consensus.stepShare();
        for (int i = 0; i < delta.count(); i++) {
            int place = places[i];
            weights[from + place] += share * spread[place];
            spread[place] = 0.0f;
        }
    }

    private void addWhereTauIs(Consensus consensus, float[] weights, int from, Entries tau) {
        int[] places = tau.places();
        for (int i = 0; i < tau.count(); i++) {
            deltas[i] = spread[places[i]];
            spread[places[i]] = 0.0f;
        }
        consensus.sum(tau.values(), deltas, tau.count(), sums);
        for (int i = 0; i < tau.count(); i++) {
            weights[from + places[i]] += sums[i];
        }
    }
}

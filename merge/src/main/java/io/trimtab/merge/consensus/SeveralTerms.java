package io.trimtab.merge.consensus;

import java.util.Arrays;

/**
 * The consensus of any number of weighted terms, entry by entry: their sum, or the sum of those whose sign is the elected one. The election is that
 * of TIES (arXiv 2306.01708): the sign of the weighted sum, + for 0; a term of 0 agrees with neither. Normalised, the result is divided by the
 * sum of the weights that went into it, where that is not 0. Immutable.
 */
public final class SeveralTerms {

    private static final double NOTHING = 1e-8;

    private final float[] weights;
    private final boolean vote;
    private final boolean normalized;

    public SeveralTerms(double[] weights, boolean vote, boolean normalized) {
        this.weights = new float[weights.length];
        for (int term = 0; term < weights.length; term++) {
            this.weights[term] = (float) weights[term];
        }
        this.vote = vote;
        this.normalized = normalized;
    }

    /** Writes the consensus of the first {@code length} entries of the terms to {@code mixed}; the terms stay as they are. */
    public void mix(float[][] terms, int length, float[] mixed) {
        addAll(terms, length, mixed);
        if (vote && normalized) {
            voteNormalized(terms, length, mixed);
        } else if (vote) {
            vote(terms, length, mixed);
        } else if (normalized) {
            divide(mixed, length);
        }
    }

    private void addAll(float[][] terms, int length, float[] mixed) {
        Arrays.fill(mixed, 0, length, 0.0f);
        for (int term = 0; term < weights.length; term++) {
            float[] values = terms[term];
            float weight = weights[term];
            for (int i = 0; i < length; i++) {
                mixed[i] += weight * values[i];
            }
        }
    }

    private void vote(float[][] terms, int length, float[] mixed) {
        for (int i = 0; i < length; i++) {
            float elected = SignVote.elected(mixed[i]);
            float sum = 0.0f;
            for (int term = 0; term < weights.length; term++) {
                sum += SignVote.agreeing(elected, weights[term] * terms[term][i]);
            }
            mixed[i] = elected * sum;
        }
    }

    private void voteNormalized(float[][] terms, int length, float[] mixed) {
        for (int i = 0; i < length; i++) {
            float elected = SignVote.elected(mixed[i]);
            float sum = 0.0f;
            float divisor = 0.0f;
            for (int term = 0; term < weights.length; term++) {
                float agreeing = SignVote.agreeing(elected, weights[term] * terms[term][i]);
                sum += agreeing;
                divisor += agreeing > 0.0f ? weights[term] : 0.0f;
            }
            mixed[i] = elected * (divisor == 0.0f ? sum : sum / divisor);
        }
    }

    private void divide(float[] mixed, int length) {
        float sum = 0.0f;
        for (float weight : weights) {
            sum += weight;
        }
        if (Math.abs(sum) < NOTHING) {
            return;
        }
        for (int i = 0; i < length; i++) {
            mixed[i] /= sum;
        }
    }
}

package io.trimtab.merge.consensus;

import io.trimtab.merge.shard.Shard;

/**
 * Adds alpha tau and (1 - alpha) delta where their signs agree with the elected one. Two elections:
 *
 * <ul>
 *   <li>weighted (arXiv 2405.17931, equation 7): of two weighted terms with different signs the one of larger magnitude survives; equal ones cancel.
 *   <li>unweighted (released code): the sign of tau + delta, + for 0, before any weight; what differs from it drops out, zeros included.
 * </ul>
 */
public final class SignVote {

    private final float tauShare;
    private final float deltaShare;
    private final boolean weighted;

    public SignVote(double alpha, boolean weighted) {
        this.tauShare = (float) alpha;
        this.deltaShare = (float) (1.0 - alpha);
        this.weighted = weighted;
    }

    public void addTo(Shard weights, Shard delta, Shard tau) {
        for (int b = 0; b < weights.blockCount(); b++) {
            if (weighted) {
                addWeighted(weights.block(b), delta.block(b), tau.block(b));
            } else {
                addUnweighted(weights.block(b), delta.block(b), tau.block(b));
            }
        }
    }

    private void addWeighted(float[] weights, float[] delta, float[] tau) {
        for (int i = 0; i < weights.length; i++) {
            float x = tauShare * tau[i];
            float y = deltaShare * delta[i];
            float positive = Math.max(x, 0.0f) + Math.max(y, 0.0f);
            float negative = Math.min(x, 0.0f) + Math.min(y, 0.0f);
            weights[i] += larger(positive, negative);
        }
    }

    /** The one of larger magnitude, 0 for equal ones; by bits, because no processor can guess the outcome of a branch here. */
    private static float larger(float positive, float negative) {
        int sum = Float.floatToRawIntBits(positive + negative);
        int isNegative = sum >> 31;
        int isNotZero = ((sum << 1) | -(sum << 1)) >> 31;
        int elected =
                (isNegative & Float.floatToRawIntBits(negative)) | (~isNegative & Float.floatToRawIntBits(positive));
        return Float.intBitsToFloat(isNotZero & elected);
    }

    private void addUnweighted(float[] weights, float[] delta, float[] tau) {
        for (int i = 0; i < weights.length; i++) {
            float x = tau[i];
            float y = delta[i];
            float elected = elected(x + y);
            weights[i] += elected * (tauShare * agreeing(elected, x) + deltaShare * agreeing(elected, y));
        }
    }

    /** The elected sign as 1 or -1, 1 for a sum of 0. */
    static float elected(float sum) {
        return Math.copySign(1.0f, sum + 0.0f);
    }

    /** The magnitude of a term of the elected sign, 0 for any other. */
    static float agreeing(float elected, float term) {
        return Math.max(elected * term, 0.0f);
    }
}

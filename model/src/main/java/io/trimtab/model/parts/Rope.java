package io.trimtab.model.parts;

import java.io.Serializable;
import java.util.List;

/**
 * Rotary positions (Su et al., arXiv 2104.09864): at position p the i-th pair of a head is turned by p times the i-th frequency. The kinds
 * are those of transformers' {@code rope_type}; frequencies are worked out in double.
 */
public sealed interface Rope extends Serializable {

    /** Radians per position of each pair; the first 2 x length entries of a head are turned, in half-split order, the rest is not. */
    double[] frequencies(int headSize);

    /** Turned entries are also multiplied by this. */
    default double amplitude() {
        return 1;
    }

    /** Positions up to which angles do not depend on the sequence's length, at most those of the model. */
    default int positions(int maxPositions) {
        return maxPositions;
    }

    /**
     * Frequency i is theta^(-2i/d).
     *
     * @param share of the head that is turned, partial_rotary_factor; d is that share of the head size, cut off to a whole number
     */
    record Plain(double theta, double share) implements Rope {
        public Plain {
            if (!(theta > 0) || !Double.isFinite(theta)) {
                throw new IllegalArgumentException("rope_theta must be positive and finite: " + theta);
            }
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException("partial_rotary_factor must be above 0 and at most 1: " + share);
            }
        }

        @Override
        public double[] frequencies(int headSize) {
            int turned = (int) (headSize * share);
            double[] frequencies = new double[(turned + 1) / 2];
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] = Math.pow(theta, -2.0 * i / turned);
            }
            return frequencies;
        }
    }

    /** Every frequency divided by one factor. */
    record Linear(Plain base, double factor) implements Rope {
        public Linear {
            requireFactor(factor);
        }

        @Override
        public double[] frequencies(int headSize) {
            double[] frequencies = base.frequencies(headSize);
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] /= factor;
            }
            return frequencies;
        }
    }

    /**
     * NTK-aware scaling: the base grows with the length of a sequence beyond the model's positions. Up to them it is the plain one, and
     * they are where it ends here: beyond, each new token would turn all those before it, so a prompt could not be shared.
     */
    record Dynamic(Plain base, double factor) implements Rope {
        public Dynamic {
            requireFactor(factor);
        }

        @Override
        public double[] frequencies(int headSize) {
            return base.frequencies(headSize);
        }
    }

    /** Llama 3.1: long waves are divided by the factor, short ones kept, those between blended. */
    record Llama3(
            Plain base, double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalPositions)
            implements Rope {
        public Llama3 {
            requireFactor(factor);
            if (!(lowFrequencyFactor > 0 && highFrequencyFactor > lowFrequencyFactor)) {
                throw new IllegalArgumentException("high_freq_factor must be above low_freq_factor, and that above 0: "
                        + highFrequencyFactor + " and " + lowFrequencyFactor);
            }
            requireOriginal(originalPositions);
        }

        @Override
        public double[] frequencies(int headSize) {
            double[] frequencies = base.frequencies(headSize);
            for (int i = 0; i < frequencies.length; i++) {
                double waves = originalPositions * frequencies[i] / (2 * Math.PI);
                double kept = (waves - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
                double share = Math.min(1, Math.max(0, kept));
                frequencies[i] *= share + (1 - share) / factor;
            }
            return frequencies;
        }
    }

    /**
     * LongRoPE (arXiv 2402.13753): frequency i is divided by its own factor, another one for sequences beyond the original positions. Those
     * positions are where it ends here: a prompt that a short and a long completion share cannot be turned in both ways.
     *
     * @param shortFactors one for each pair
     */
    record LongRope(Plain base, List<Double> shortFactors, double amplitude, int originalPositions) implements Rope {
        public LongRope {
            shortFactors = List.copyOf(shortFactors);
            shortFactors.forEach(Rope::requireFactor);
            Multipliers.requirePositive("attention_factor", amplitude);
            requireOriginal(originalPositions);
        }

        @Override
        public double[] frequencies(int headSize) {
            double[] frequencies = base.frequencies(headSize);
            if (shortFactors.size() != frequencies.length) {
                throw new IllegalArgumentException("short_factor must have " + frequencies.length
                        + " numbers, one for each pair that is turned: it has " + shortFactors.size());
            }
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] /= shortFactors.get(i);
            }
            return frequencies;
        }

        @Override
        public int positions(int maxPositions) {
            return Math.min(maxPositions, originalPositions);
        }
    }

    private static void requireFactor(double factor) {
        if (!(factor > 0) || !Double.isFinite(factor)) {
            throw new IllegalArgumentException("A rope factor must be positive and finite: " + factor);
        }
    }

    private static void requireOriginal(int positions) {
        if (positions < 2) {
            throw new IllegalArgumentException("original_max_position_embeddings must be 2 or more: " + positions);
        }
    }
}

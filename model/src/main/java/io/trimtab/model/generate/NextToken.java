package io.trimtab.model.generate;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Chooses the next token of one text from its logits, in doubles and in plain Java, so that a choice depends on nothing but these logits.
 * Keeps its arrays between tokens; used by one thread.
 */
final class NextToken {
    private final Sampling sampling;
    private double[] weights = new double[0];

    NextToken(Sampling sampling) {
        this.sampling = sampling;
    }

    /**
     * @param logits of all texts, row by row; not changed
     * @param from first logit of this text
     * @param words size of the vocabulary
     * @param seen tokens that stand in the text already
     * @param uniform in [0, 1), decides where something is drawn
     */
    int choose(double[] logits, int from, int words, BitSet seen, double uniform) {
        if (weights.length != words) {
            weights = new double[words];
        }
        System.arraycopy(logits, from, weights, 0, words);
        penalise(seen);
        if (sampling.temperature() == 0) {
            return largest();
        }
        cool();
        keepMostProbable();
        keepNucleus();
        return drawn(uniform);
    }

    /** Log-prob of a token under the logits as they are. */
    static double logProb(double[] logits, int from, int words, int token) {
        double top = Double.NEGATIVE_INFINITY;
        for (int i = from; i < from + words; i++) {
            top = Math.max(top, logits[i]);
        }
        double sum = 0;
        for (int i = from; i < from + words; i++) {
            sum += Math.exp(logits[i] - top);
        }
        return logits[from + token] - top - Math.log(sum);
    }

    private void penalise(BitSet seen) {
        double penalty = sampling.repetitionPenalty();
        if (penalty == 1) {
            return;
        }
        for (int i = seen.nextSetBit(0); i >= 0; i = seen.nextSetBit(i + 1)) {
            weights[i] = weights[i] > 0 ? weights[i] / penalty : weights[i] * penalty;
        }
    }

    private int largest() {
        int best = 0;
        for (int i = 1; i < weights.length; i++) {
            best = weights[i] > weights[best] ? i : best;
        }
        return best;
    }

    /** Logits to unnormalised probabilities, the largest 1. */
    private void cool() {
        double top = weights[largest()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.exp((weights[i] - top) / sampling.temperature());
        }
    }

    private void keepMostProbable() {
        int kept = sampling.topK();
        if (kept > 0 && kept < weights.length) {
            dropBelow(ascending()[weights.length - kept]);
        }
    }

    /** From the least probable up, tokens go while what has gone stays within 1 - top-p of the whole. */
    private void keepNucleus() {
        if (sampling.topP() == 1) {
            return;
        }
        double[] sorted = ascending();
        double mayGo = (1 - sampling.topP()) * Arrays.stream(sorted).sum();
        double gone = 0;
        int first = 0;
        while (first < sorted.length - 1 && gone + sorted[first] <= mayGo) {
            gone += sorted[first++];
        }
        dropBelow(sorted[first]);
    }

    private double[] ascending() {
        double[] sorted = weights.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    private void dropBelow(double border) {
        for (int i = 0; i < weights.length; i++) {
            weights[i] = weights[i] < border ? 0 : weights[i];
        }
    }

    /** By inverting the cumulative distribution, in order of ids. */
    private int drawn(double uniform) {
        double wanted = uniform * Arrays.stream(weights).sum();
        double passed = 0;
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                passed += weights[i];
                last = i;
                if (passed > wanted) {
                    return i;
                }
            }
        }
        return last;
    }
}

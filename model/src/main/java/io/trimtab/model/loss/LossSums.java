package io.trimtab.model.loss;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sums and counts of a step, additive over micro-batches and ranks, so that every split of a batch gives the same figures. Nothing is
 * divided before {@link #metrics()}. Immutable.
 */
@SuppressWarnings("EnumOrdinal") // the order is the layout of an array that lives for one all-reduce
public final class LossSums {

    /** One slot of the array; its place is the enum's order, the same on every rank: all run one build. */
    enum Slot {
        LOSS,
        /** What the loss and its gradient are divided by: examples, or trained tokens for SFT. */
        DENOMINATOR,
        EXAMPLES,
        USEFUL_TOKENS,
        CHOSEN,
        CHOSEN_REWARDS,
        CHOSEN_LOG_PROBS,
        REJECTED,
        REJECTED_REWARDS,
        REJECTED_LOG_PROBS,
        /** Examples that have both sides. */
        PAIRS,
        ACCURATE_PAIRS,
        /** Examples whose loss used a KL estimate, and its sum over them. */
        KL_COUNT,
        KL
    }

    /** Length of {@link #toArray()}. */
    public static final int SIZE = Slot.values().length;

    public static final LossSums ZERO = new LossSums(new double[SIZE]);

    private final double[] values;

    private LossSums(double[] values) {
        this.values = values;
    }

    /** From an array that was made by {@link #toArray()} and summed over the ranks; what stands behind the first {@link #SIZE} is ignored. */
    public static LossSums of(double[] values) {
        if (values.length < SIZE) {
            throw new IllegalArgumentException("Loss sums have " + SIZE + " values, got " + values.length);
        }
        return new LossSums(Arrays.copyOf(values, SIZE));
    }

    public double[] toArray() {
        return values.clone();
    }

    public LossSums plus(LossSums other) {
        double[] sum = values.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += other.values[i];
        }
        return new LossSums(sum);
    }

    /** What summed gradients are divided by: the number of examples, for SFT of trained tokens. */
    public double denominator() {
        return at(Slot.DENOMINATOR);
    }

    /** Weighted sum of example losses over the denominator; NaN for an empty batch. */
    public double loss() {
        return at(Slot.LOSS) / denominator();
    }

    public long examples() {
        return (long) at(Slot.EXAMPLES);
    }

    /** Prompt and completion of every trained completion. */
    public long usefulTokens() {
        return (long) at(Slot.USEFUL_TOKENS);
    }

    /**
     * The figures of metrics.jsonl in TRL's names and the contract's order. A key whose count is 0 is absent. {@code rewards/margins} is the
     * mean over chosen minus the mean over rejected: for pairs the mean margin, for KTO what TRL reports.
     */
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        putMean(metrics, "loss", Slot.LOSS, Slot.DENOMINATOR);
        putMean(metrics, "rewards/chosen", Slot.CHOSEN_REWARDS, Slot.CHOSEN);
        putMean(metrics, "rewards/rejected", Slot.REJECTED_REWARDS, Slot.REJECTED);
        putMean(metrics, "rewards/accuracies", Slot.ACCURATE_PAIRS, Slot.PAIRS);
        if (at(Slot.CHOSEN) > 0 && at(Slot.REJECTED) > 0) {
            metrics.put(
                    "rewards/margins",
                    at(Slot.CHOSEN_REWARDS) / at(Slot.CHOSEN) - at(Slot.REJECTED_REWARDS) / at(Slot.REJECTED));
        }
        putMean(metrics, "logps/chosen", Slot.CHOSEN_LOG_PROBS, Slot.CHOSEN);
        putMean(metrics, "logps/rejected", Slot.REJECTED_LOG_PROBS, Slot.REJECTED);
        putMean(metrics, "kl", Slot.KL, Slot.KL_COUNT);
        metrics.put("examples", at(Slot.EXAMPLES));
        metrics.put("tokens", at(Slot.USEFUL_TOKENS));
        return metrics;
    }

    private void putMean(Map<String, Double> metrics, String name, Slot sum, Slot count) {
        if (at(count) > 0) {
            metrics.put(name, at(sum) / at(count));
        }
    }

    private double at(Slot slot) {
        return values[slot.ordinal()];
    }

    /** Collects the sums of one micro-batch, in the order of the examples. */
    static final class Builder {
        private final double[] values = new double[SIZE];

        void add(Slot slot, double value) {
            values[slot.ordinal()] += value;
        }

        void addChosen(double reward, double logProb) {
            add(Slot.CHOSEN, 1);
            add(Slot.CHOSEN_REWARDS, reward);
            add(Slot.CHOSEN_LOG_PROBS, logProb);
        }

        void addRejected(double reward, double logProb) {
            add(Slot.REJECTED, 1);
            add(Slot.REJECTED_REWARDS, reward);
            add(Slot.REJECTED_LOG_PROBS, logProb);
        }

        LossSums build() {
            return new LossSums(values.clone());
        }
    }
}

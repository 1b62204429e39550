package io.trimtab.merge.telemetry;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a merge did to the weights, by the names of merge/README.md; equal on every rank. A figure that does not exist (nothing to divide by, no SFT delta)
 * is absent.
 *
 * @param values of the whole model
 * @param layers the same of each layer, and of each tensor outside of layers, by its name
 */
public record MergeTelemetry(Map<String, Double> values, Map<String, Map<String, Double>> layers) {

    /** Of a step that merged nothing. */
    public static final MergeTelemetry NONE = new MergeTelemetry(Map.of(), Map.of());

    public MergeTelemetry {
        values = Map.copyOf(values);
        layers = Map.copyOf(layers);
    }

    /** Sums over entries, one group of tensors; add up over ranks and groups. */
    enum Sum {
        ENTRIES,
        MOVED,
        LOST,
        TAU_TERMS,
        TAU_LOST,
        VOTES,
        CONFLICTS,
        TAU_MAGNITUDE,
        DELTA_MAGNITUDE,
        DOT,
        TAU_SQUARES,
        DELTA_SQUARES,
        SFT_SQUARES,
        BASE_SQUARES;

        static final int COUNT = values().length;

        double of(double[] sums, int group) {
            return sums[place(group)];
        }

        /** Where it stands among the sums of all groups. */
        @SuppressWarnings("EnumOrdinal") // Only the place in an array that never leaves the run.
        int place(int group) {
            return group * COUNT + ordinal();
        }
    }

    /** One group's figures from its sums. */
    static Map<String, Double> figures(double[] sums, int group, boolean hasBase) {
        Map<String, Double> figures = new LinkedHashMap<>();
        put(figures, "moved", Sum.MOVED.of(sums, group), Sum.ENTRIES.of(sums, group));
        put(figures, "lost", Sum.LOST.of(sums, group), Sum.ENTRIES.of(sums, group));
        put(figures, "tau_lost", Sum.TAU_LOST.of(sums, group), Sum.TAU_TERMS.of(sums, group));
        put(figures, "sign_conflicts", Sum.CONFLICTS.of(sums, group), Sum.VOTES.of(sums, group));
        double tau = Sum.TAU_MAGNITUDE.of(sums, group);
        put(
                figures,
                "tau_share",
                tau,
                Sum.TAU_TERMS.of(sums, group) == 0.0 ? 0.0 : tau + Sum.DELTA_MAGNITUDE.of(sums, group));
        double squares = Sum.TAU_SQUARES.of(sums, group) * Sum.DELTA_SQUARES.of(sums, group);
        put(figures, "cosine", Sum.DOT.of(sums, group), Math.sqrt(squares));
        put(figures, "distance_sft", Math.sqrt(Sum.SFT_SQUARES.of(sums, group)), 1.0);
        if (hasBase) {
            put(figures, "distance_base", Math.sqrt(Sum.BASE_SQUARES.of(sums, group)), 1.0);
        }
        return figures;
    }

    /** Weights that run away end the run by their loss, in the next step; a figure must not end it in another way before. */
    private static void put(Map<String, Double> figures, String name, double sum, double divisor) {
        double figure = sum / divisor;
        if (divisor > 0.0 && Double.isFinite(figure)) {
            figures.put(name, figure);
        }
    }
}

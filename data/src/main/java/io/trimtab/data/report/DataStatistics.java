package io.trimtab.data.report;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.data.RowOutcome;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the kept rows of a table look like, in a size that does not grow with the table. Statistics of parts add up, in any order.
 *
 * @param lengths in tokens, by what was measured: {@code prompt}, a completion's role in lower case, {@code total} (prompt and one trained
 *     completion) and {@code over_length} (the rows that were left out for their length)
 * @param packedTokens of the kept rows: what one training pass computes, each prompt once
 * @param cutTokens that truncation took from kept rows
 */
public record DataStatistics(Map<String, LengthHistogram> lengths, LengthBias bias, long packedTokens, long cutTokens)
        implements Serializable {
    public static final DataStatistics EMPTY = new DataStatistics(Map.of(), LengthBias.NONE, 0, 0);

    static final String PROMPT = "prompt";
    static final String TOTAL = "total";
    static final String OVER_LENGTH = "over_length";

    public DataStatistics {
        lengths = Map.copyOf(lengths);
    }

    static String name(CompletionRole role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    DataStatistics plus(DataStatistics other) {
        Map<String, LengthHistogram> sums = new TreeMap<>(lengths);
        other.lengths.forEach((name, lengths) -> sums.merge(name, lengths, LengthHistogram::plus));
        return new DataStatistics(
                sums, bias.plus(other.bias), packedTokens + other.packedTokens, cutTokens + other.cutTokens);
    }

    /** The histograms in a fixed order: prompt, the roles, the rest. */
    Map<String, Object> lengthsToMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        put(map, PROMPT);
        for (CompletionRole role : CompletionRole.values()) {
            put(map, name(role));
        }
        put(map, TOTAL);
        put(map, OVER_LENGTH);
        return map;
    }

    private void put(Map<String, Object> map, String name) {
        LengthHistogram histogram = lengths.get(name);
        if (histogram != null) {
            map.put(name, histogram.toMap());
        }
    }

    /** Gathers the statistics of one part of a table. Not thread safe. */
    static final class Tally {
        private final Map<String, LengthHistogram.Tally> lengths = new TreeMap<>();
        private LengthBias bias = LengthBias.NONE;
        private long packedTokens;
        private long cutTokens;

        void add(RowOutcome.Kept row) {
            Example example = row.example();
            count(PROMPT, example.prompt().length);
            for (Completion completion : example.completions()) {
                count(name(completion.role()), completion.length());
                if (completion.role().trained()) {
                    count(TOTAL, example.prompt().length + completion.length());
                }
            }
            bias = bias.plus(LengthBias.of(example));
            packedTokens += example.packedTokens();
            cutTokens += row.cutTokens();
        }

        void addTooLong(int tokens) {
            count(OVER_LENGTH, tokens);
        }

        private void count(String name, int length) {
            lengths.computeIfAbsent(name, absent -> new LengthHistogram.Tally()).add(length);
        }

        DataStatistics statistics() {
            Map<String, LengthHistogram> histograms = new TreeMap<>();
            lengths.forEach((name, tally) -> histograms.put(name, tally.histogram()));
            return new DataStatistics(histograms, bias, packedTokens, cutTokens);
        }
    }
}

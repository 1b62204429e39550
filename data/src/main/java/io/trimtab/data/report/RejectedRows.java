package io.trimtab.data.report;

import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.VisibleText;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How many rows were rejected for which reason, and up to three of them by id, so that an error can name some. Parts add up, in any order.
 *
 * @param examples the first ids by length, then by text, which for file and line is the order of the file
 */
public record RejectedRows(Map<RejectionReason, Long> counts, Map<RejectionReason, List<String>> examples)
        implements Serializable {
    public static final RejectedRows NONE = new RejectedRows(Map.of(), Map.of());

    private static final int EXAMPLES = 3;
    private static final int SHOWN_CHARACTERS = 80;
    private static final Comparator<String> ORDER =
            Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

    public RejectedRows {
        counts = Map.copyOf(counts);
        examples = Map.copyOf(examples);
    }

    RejectedRows plus(RejectedRows other) {
        Map<RejectionReason, List<String>> merged = new EnumMap<>(RejectionReason.class);
        merged.putAll(examples);
        other.examples.forEach((reason, ids) -> merged.merge(reason, ids, RejectedRows::first));
        return new RejectedRows(DataReport.sum(RejectionReason.class, counts, other.counts), merged);
    }

    private static List<String> first(List<String> a, List<String> b) {
        return Stream.concat(a.stream(), b.stream())
                .sorted(ORDER)
                .limit(EXAMPLES)
                .toList();
    }

    long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Reasons with the most rows first. */
    private List<RejectionReason> ranked() {
        List<RejectionReason> ranked = new ArrayList<>(counts.keySet());
        ranked.sort(Comparator.<RejectionReason>comparingLong(reason -> -counts.getOrDefault(reason, 0L))
                .thenComparing(Comparator.naturalOrder()));
        return ranked;
    }

    /** The most frequent reasons first: {@code missing-column: 7, not-utf8: 2}. */
    public String reasons() {
        return String.join(
                ", ",
                ranked().stream()
                        .map(reason -> reason.key() + ": " + counts.get(reason))
                        .toList());
    }

    /** Three rows, of the most frequent reasons first. */
    public String someIds() {
        return String.join(
                ", ",
                ranked().stream()
                        .flatMap(reason -> examples.getOrDefault(reason, List.of()).stream())
                        .limit(EXAMPLES)
                        .map(VisibleText::of)
                        .toList());
    }

    /** Example ids by the reason's name, in the order of the reasons. */
    Map<String, List<String>> examplesToMap() {
        Map<String, List<String>> map = new LinkedHashMap<>();
        for (RejectionReason reason : RejectionReason.values()) {
            if (examples.containsKey(reason)) {
                map.put(reason.key(), examples.get(reason));
            }
        }
        return map;
    }

    /** Counts rejections one by one. Not thread safe. */
    static final class Tally {
        private final Map<RejectionReason, Long> counts = new EnumMap<>(RejectionReason.class);
        private final Map<RejectionReason, List<String>> examples = new EnumMap<>(RejectionReason.class);

        void add(RowOutcome.Rejected row) {
            counts.merge(row.reason(), 1L, Long::sum);
            List<String> known = examples.getOrDefault(row.reason(), List.of());
            if (known.size() < EXAMPLES || ORDER.compare(row.id(), known.get(EXAMPLES - 1)) < 0) {
                examples.put(row.reason(), first(known, List.of(shown(row.id()))));
            }
        }

        RejectedRows rows() {
            return new RejectedRows(counts, examples);
        }

        /** An id column may hold anything, a whole document too. */
        private static String shown(String id) {
            return id.length() <= SHOWN_CHARACTERS ? id : id.substring(0, SHOWN_CHARACTERS) + "…";
        }
    }
}

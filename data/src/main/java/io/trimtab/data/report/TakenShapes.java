package io.trimtab.data.report;

import io.trimtab.data.VisibleText;
import io.trimtab.data.rows.RowShape;
import io.trimtab.data.rows.TakenShape;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What the rows of a table were taken for, the most frequent first. The rows of no known shape are one entry with the first of all their
 * columns, by name, so that the size does not grow with the table.
 */
public record TakenShapes(List<Count> counts) implements Serializable {
    static final TakenShapes NONE = new TakenShapes(List.of());

    private static final int SHOWN_COLUMNS = 40;
    private static final Comparator<Count> ORDER = Comparator.comparingLong((Count count) -> -count.rows())
            .thenComparing(count -> count.shape().shape())
            .thenComparing(count -> count.shape().of())
            .thenComparing(count -> String.join(", ", count.shape().columns()));

    public TakenShapes {
        counts = List.copyOf(counts);
    }

    /** How many rows were taken for a shape. */
    public record Count(TakenShape shape, long rows) implements Serializable {}

    TakenShapes plus(TakenShapes other) {
        Tally tally = new Tally();
        counts.forEach(count -> tally.add(count.shape(), count.rows()));
        other.counts.forEach(count -> tally.add(count.shape(), count.rows()));
        return tally.shapes();
    }

    /** The columns of the rows whose shape is unknown, or else of the most rows. */
    List<String> unfitColumns() {
        return counts.stream()
                .filter(count -> count.shape().hasNoKnownShape())
                .findFirst()
                .or(() -> counts.stream().findFirst())
                .map(count -> count.shape().columns())
                .orElse(List.of());
    }

    /** Whether some row was taken for it. */
    public boolean has(RowShape shape) {
        return counts.stream().anyMatch(count -> count.shape().shape().equals(shape.key()));
    }

    /** Under the names of data-report.json. */
    List<Map<String, Object>> toMaps() {
        List<Map<String, Object>> maps = new ArrayList<>();
        for (Count count : counts) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("shape", count.shape().shape());
            map.put("of", count.shape().of());
            map.put("columns", count.shape().columns());
            map.put("rows", count.rows());
            maps.add(map);
        }
        return maps;
    }

    /** A line for people, for each: {@code pair of messages from conversations, chosen, rejected: 300 rows}. */
    public List<String> lines() {
        return counts.stream()
                .map(count -> count.shape().described() + ": " + count.rows() + " rows")
                .toList();
    }

    /** Counts row by row. Not thread safe. */
    static final class Tally {
        private final Map<TakenShape, Long> known = new HashMap<>();
        private final TreeSet<String> unknownColumns = new TreeSet<>();
        private long unknown;

        void add(TakenShape shape) {
            add(shape, 1);
        }

        private void add(TakenShape shape, long rows) {
            if (!shape.hasNoKnownShape()) {
                known.merge(shape, rows, Long::sum);
                return;
            }
            unknown += rows;
            for (String column : shape.columns()) {
                unknownColumns.add(VisibleText.of(column));
                if (unknownColumns.size() > SHOWN_COLUMNS) {
                    unknownColumns.pollLast();
                }
            }
        }

        TakenShapes shapes() {
            List<Count> counts = new ArrayList<>();
            known.forEach((shape, rows) -> counts.add(new Count(shape, rows)));
            if (unknown > 0) {
                counts.add(new Count(TakenShape.unknown(List.copyOf(unknownColumns)), unknown));
            }
            counts.sort(ORDER);
            return new TakenShapes(counts);
        }
    }
}

package io.trimtab.job.spark.prepare;

import io.trimtab.data.report.DataReport;
import io.trimtab.data.report.DataTally;
import io.trimtab.job.spark.source.Place;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.jspecify.annotations.Nullable;

/** What one pass over the outcomes of a table gathers: the counts, and where in the table the kept rows of its partitions lie. */
record OutcomeSummary(DataReport report, List<Part> parts) implements Serializable {
    /**
     * A partition with kept rows.
     *
     * @param sorted whether its rows follow each other in the table
     */
    record Part(int partition, long kept, Place first, Place last, boolean sorted) implements Serializable {}

    static final OutcomeSummary EMPTY = new OutcomeSummary(DataReport.EMPTY, List.of());

    static OutcomeSummary of(JavaRDD<PlacedOutcome> outcomes) {
        return outcomes.mapPartitionsWithIndex(
                        (number, rows) -> List.of(of(number, rows)).iterator(), false)
                .fold(EMPTY, OutcomeSummary::plus);
    }

    private static OutcomeSummary of(int partition, Iterator<PlacedOutcome> rows) {
        Counting counting = new Counting(partition);
        rows.forEachRemaining(counting::add);
        return counting.summary();
    }

    /** Counts the outcomes of one partition, as they pass. */
    static final class Counting {
        private final int partition;
        private final DataTally tally = new DataTally();
        private long kept;
        private @Nullable Place first;
        private @Nullable Place last;
        private boolean sorted = true;

        Counting(int partition) {
            this.partition = partition;
        }

        void add(PlacedOutcome row) {
            row.addTo(tally);
            if (row.isKept()) {
                kept++;
                first = first == null ? row.place() : first;
                sorted &= last == null || last.compareTo(row.place()) < 0;
                last = row.place();
            }
        }

        long kept() {
            return kept;
        }

        OutcomeSummary summary() {
            Place from = first;
            Place to = last;
            return new OutcomeSummary(
                    tally.report(),
                    from == null || to == null ? List.of() : List.of(new Part(partition, kept, from, to, sorted)));
        }
    }

    OutcomeSummary plus(OutcomeSummary other) {
        List<Part> all = new ArrayList<>(parts);
        all.addAll(other.parts);
        return new OutcomeSummary(report.plus(other.report), all);
    }

    /**
     * Number of the first kept row of every partition, which may hold the table's parts in any order.
     *
     * @param partitions how many there are
     * @return empty where a partition is mixed or reaches into another: the rows must be sorted first
     */
    Optional<long[]> firstRows(int partitions) {
        List<Part> ordered = new ArrayList<>(parts);
        ordered.sort(Comparator.comparing(Part::first));
        long[] first = new long[partitions];
        long next = 0;
        @Nullable Place last = null;
        for (Part part : ordered) {
            if (!part.sorted() || (last != null && last.compareTo(part.first()) >= 0)) {
                return Optional.empty();
            }
            first[part.partition()] = next;
            next += part.kept();
            last = part.last();
        }
        return Optional.of(first);
    }
}

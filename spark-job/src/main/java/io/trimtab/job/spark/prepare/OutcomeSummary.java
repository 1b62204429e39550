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

/** What one pass over the outcomes of a table gathers: the counts, and whether its partitions hold the kept rows in the table's order. */
record OutcomeSummary(DataReport report, List<Part> parts) implements Serializable {
    /**
     * A partition with kept rows.
     *
     * @param sorted whether its rows follow each other in the table
     */
    record Part(int partition, long kept, Place first, Place last, boolean sorted) implements Serializable {}

    static OutcomeSummary of(JavaRDD<PlacedOutcome> outcomes) {
        return outcomes.mapPartitionsWithIndex(
                        (number, rows) -> List.of(of(number, rows)).iterator(), false)
                .fold(new OutcomeSummary(DataReport.EMPTY, List.of()), OutcomeSummary::plus);
    }

    private static OutcomeSummary of(int partition, Iterator<PlacedOutcome> rows) {
        DataTally tally = new DataTally();
        long kept = 0;
        Place first = null;
        Place last = null;
        boolean sorted = true;
        while (rows.hasNext()) {
            PlacedOutcome row = rows.next();
            row.addTo(tally);
            if (row.isKept()) {
                kept++;
                first = first == null ? row.place() : first;
                sorted &= last == null || last.compareTo(row.place()) < 0;
                last = row.place();
            }
        }
        return new OutcomeSummary(
                tally.report(),
                first == null || last == null ? List.of() : List.of(new Part(partition, kept, first, last, sorted)));
    }

    private OutcomeSummary plus(OutcomeSummary other) {
        List<Part> all = new ArrayList<>(parts);
        all.addAll(other.parts);
        return new OutcomeSummary(report.plus(other.report), all);
    }

    /**
     * Number of the first kept row of every partition.
     *
     * @param partitions how many there are
     * @return empty where the rows must be sorted first
     */
    Optional<long[]> firstRows(int partitions) {
        List<Part> ordered = new ArrayList<>(parts);
        ordered.sort(Comparator.comparingInt(Part::partition));
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

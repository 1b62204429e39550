package io.trimtab.job.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.data.report.DataReport;
import io.trimtab.job.spark.prepare.OutcomeSummary.Part;
import io.trimtab.job.spark.source.Place;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rows are numbered from partition to partition where these hold them in the table's order, and only there. */
class OutcomeSummaryTest {
    @Test
    void partsInOrderAreNumberedOneBehindTheOther() {
        // Parts arrive as their tasks end; partitions 1 and 4 kept nothing.
        assertThat(firstRows(part(3, 2, "b", 1, 9), part(0, 5, "a", 1, 5), part(2, 3, "a", 7, 9)))
                .contains(new long[] {0, 0, 5, 8, 0});
        assertThat(firstRows()).contains(new long[5]);
    }

    @Test
    void partitionsMayHoldThePartsInAnyOrder() {
        assertThat(firstRows(part(0, 5, "b", 1, 8), part(1, 3, "a", 1, 9), part(3, 2, "b", 9, 11)))
                .contains(new long[] {3, 0, 0, 8, 0});
    }

    @Test
    void partsThatOverlapOrAreMixedMustBeSorted() {
        assertThat(firstRows(part(0, 5, "a", 1, 8), part(1, 3, "a", 8, 9))).isEmpty();
        assertThat(firstRows(part(0, 5, "b", 1, 8), part(1, 3, "a", 1, 9), part(2, 1, "b", 8, 9)))
                .isEmpty();
        assertThat(firstRows(new Part(0, 2, new Place("a", 1), new Place("a", 9), false)))
                .isEmpty();
    }

    private static Optional<long[]> firstRows(Part... parts) {
        return new OutcomeSummary(DataReport.EMPTY, List.of(parts)).firstRows(5);
    }

    private static Part part(int partition, long kept, String file, long first, long last) {
        return new Part(partition, kept, new Place(file, first), new Place(file, last), true);
    }
}

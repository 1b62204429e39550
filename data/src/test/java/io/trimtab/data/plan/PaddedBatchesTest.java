package io.trimtab.data.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaddedBatchesTest {
    private static final int[] LONGEST = {10, 2, 8, 4, 6};

    @Test
    void everySequenceOfABatchIsAsLongAsItsLongest() {
        // As given, steps of 4 rows: 10 2 8 4 | 6. Two sequences a row.
        assertThat(padded(4).tokens()).isEqualTo(2 * (4 * 10 + 6));
        assertThat(padded(2).tokens()).isEqualTo(2 * (2 * 10 + 2 * 8 + 6));
        assertThat(padded(1).tokens()).isEqualTo(2 * (10 + 2 + 8 + 4 + 6));
    }

    @Test
    void aBatchDoesNotReachIntoTheNextStep() {
        // Three rows and one of each step.
        assertThat(padded(3).tokens()).isEqualTo(2 * (3 * 10 + 4 + 6));
    }

    @Test
    void aStepMayHaveRoomForAnyNumberOfRows() {
        int any = Integer.MAX_VALUE;
        BatchPlan plan = BatchPlan.of(LONGEST.length, any, 1, -1, 7, BatchOrder.AS_GIVEN, LONGEST);

        assertThat(PaddedBatches.of(plan, any, any, LONGEST, 2).tokens()).isEqualTo(2 * 5 * 10);
    }

    @Test
    void theShareIsWhatIsNotUseful() {
        assertThat(padded(4).share(46)).isEqualTo(0.5);
        assertThat(new PaddedBatches(4, 0).share(0)).isZero();
    }

    private static PaddedBatches padded(int rowsPerBatch) {
        BatchPlan plan = BatchPlan.of(LONGEST.length, 4, 1, -1, 7, BatchOrder.AS_GIVEN, LONGEST);
        return PaddedBatches.of(plan, 4, rowsPerBatch, LONGEST, 2);
    }
}

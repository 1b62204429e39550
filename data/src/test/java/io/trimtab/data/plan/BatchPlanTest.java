package io.trimtab.data.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BatchPlanTest {
    static Stream<Arguments> grid() {
        List<Arguments> grid = new ArrayList<>();
        for (BatchOrder order : BatchOrder.values()) {
            for (int rows : new int[] {1, 2, 7, 16, 1000, 4096}) {
                for (int globalBatch : new int[] {1, 3, 16, 64, 5000}) {
                    grid.add(Arguments.of(order, rows, globalBatch));
                }
            }
        }
        return grid.stream();
    }

    @ParameterizedTest
    @MethodSource("grid")
    void everyEpochSeesEveryRowOnceInFullBatchesAndOneRest(BatchOrder order, int rows, int globalBatch) {
        BatchPlan plan = plan(order, rows, globalBatch, 3, -1, 42);
        long perEpoch = ((long) rows + globalBatch - 1) / globalBatch;
        assertThat(plan.stepsPerEpoch()).isEqualTo(perEpoch);
        assertThat(plan.steps()).isEqualTo(3 * perEpoch);
        assertThat(plan.epochs()).isEqualTo(3);
        for (int epoch = 0; epoch < 3; epoch++) {
            int[] seen = new int[rows];
            for (int row = 0; row < rows; row++) {
                long stepInEpoch = plan.stepOf(epoch, row) - 1 - epoch * perEpoch;
                assertThat(stepInEpoch).isBetween(0L, perEpoch - 1);
                assertThat(plan.slotOf(epoch, row)).isBetween(0, globalBatch - 1);
                seen[(int) (stepInEpoch * globalBatch + plan.slotOf(epoch, row))]++;
            }
            // Positions 0 … rows-1, each once: only the last batch can be short.
            assertThat(seen).containsOnly(1);
        }
    }

    @ParameterizedTest
    @EnumSource(BatchOrder.class)
    void theSameArgumentsGiveTheSamePlan(BatchOrder order) {
        assertThat(steps(plan(order, 500, 8, 2, -1, 7), 1, 500))
                .isEqualTo(steps(plan(order, 500, 8, 2, -1, 7), 1, 500));
    }

    @Test
    void asGivenKeepsTheTablesOrderInEveryEpoch() {
        BatchPlan plan = plan(BatchOrder.AS_GIVEN, 10, 4, 2, -1, 42);
        assertThat(steps(plan, 0, 10)).containsExactly(1, 1, 1, 1, 2, 2, 2, 2, 3, 3);
        assertThat(steps(plan, 1, 10)).containsExactly(4, 4, 4, 4, 5, 5, 5, 5, 6, 6);
        assertThat(plan.slotOf(1, 9)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"SHUFFLED", "LENGTH_GROUPED"})
    void shufflesDifferByEpochAndSeed(BatchOrder order) {
        BatchPlan plan = plan(order, 500, 8, 2, -1, 7);
        long[] first = steps(plan, 0, 500);
        long[] second = Arrays.stream(steps(plan, 1, 500))
                .map(step -> step - plan.stepsPerEpoch())
                .toArray();
        assertThat(second).isNotEqualTo(first);
        assertThat(steps(plan(order, 500, 8, 2, -1, 8), 0, 500)).isNotEqualTo(first);
    }

    @Test
    void everyRowIsEquallyLikelyInEveryPlace() {
        int[][] counts = new int[5][5];
        for (int seed = 0; seed < 10_000; seed++) {
            BatchPlan plan = plan(BatchOrder.SHUFFLED, 5, 1, 1, -1, seed);
            for (int row = 0; row < 5; row++) {
                counts[row][(int) plan.stepOf(0, row) - 1]++;
            }
        }
        // Mean 2,000, standard deviation 40.
        for (int[] row : counts) {
            assertThat(Arrays.stream(row)).allMatch(count -> count > 1800 && count < 2200);
        }
    }

    @Test
    void lengthGroupedBatchesHoldRowsOfLikeLength() {
        int[] lengths = lengths(4096);
        assertThat(padding(BatchPlan.of(4096, 16, 1, -1, 42, BatchOrder.LENGTH_GROUPED, lengths), lengths))
                .isLessThan(0.05);
        assertThat(padding(BatchPlan.of(4096, 16, 1, -1, 42, BatchOrder.SHUFFLED, lengths), lengths))
                .isGreaterThan(0.3);
    }

    @Test
    void maxStepsEndsTheRunEarlyAndEntersNoFurtherEpoch() {
        BatchPlan plan = plan(BatchOrder.SHUFFLED, 10, 4, 5, 4, 42);
        assertThat(plan.steps()).isEqualTo(4);
        assertThat(plan.epochs()).isEqualTo(2);
        assertThat(plan(BatchOrder.SHUFFLED, 10, 4, 2, 100, 42).steps()).isEqualTo(6);
        assertThat(plan(BatchOrder.SHUFFLED, 10, 4, 2, 0, 42).epochs()).isZero();
    }

    @Test
    void whatCannotBePlannedIsRefused() {
        assertThatThrownBy(() -> plan(BatchOrder.SHUFFLED, 0, 4, 1, -1, 42))
                .hasMessage("Batches need rows of at least 1: 0");
        assertThatThrownBy(() -> plan(BatchOrder.SHUFFLED, 4, 0, 1, -1, 42))
                .hasMessage("Batches need training.global-batch-size of at least 1: 0");
        assertThatThrownBy(() -> BatchPlan.of(3, 1, 1, -1, 42, BatchOrder.LENGTH_GROUPED, new int[2]))
                .hasMessage("Lengths of 2 rows given, table has: 3");
    }

    @Test
    void twoMillionRowsTakeSeconds() {
        int[] lengths = lengths(2_000_000);
        for (BatchOrder order : BatchOrder.values()) {
            Assertions.assertTimeout(
                    Duration.ofSeconds(30), () -> BatchPlan.of(2_000_000, 64, 1, -1, 42, order, lengths));
        }
    }

    private static BatchPlan plan(BatchOrder order, int rows, int globalBatch, int epochs, long maxSteps, long seed) {
        return BatchPlan.of(rows, globalBatch, epochs, maxSteps, seed, order, lengths(rows));
    }

    private static int[] lengths(int rows) {
        return new Random(11).ints(rows, 10, 500).toArray();
    }

    private static long[] steps(BatchPlan plan, int epoch, int rows) {
        long[] steps = new long[rows];
        Arrays.setAll(steps, row -> plan.stepOf(epoch, row));
        return steps;
    }

    /** Share of a batch's rectangle that padding to its longest row would waste. */
    private static double padding(BatchPlan plan, int[] lengths) {
        int[] longest = new int[(int) plan.steps() + 1];
        int[] rows = new int[longest.length];
        long used = 0;
        for (int row = 0; row < lengths.length; row++) {
            int step = (int) plan.stepOf(0, row);
            longest[step] = Math.max(longest[step], lengths[row]);
            rows[step]++;
            used += lengths[row];
        }
        long area = 0;
        for (int step = 1; step < longest.length; step++) {
            area += (long) longest[step] * rows[step];
        }
        return 1 - (double) used / area;
    }
}

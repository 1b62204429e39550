package io.trimtab.data.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankSplitTest {
    @ParameterizedTest
    @CsvSource({"0,3", "1,1", "1,4", "5,2", "64,3", "64,8", "100,7", "1000,16"})
    void everySlotGoesToOneRankInAscendingOrder(int slots, int ranks) {
        int[][] split = RankSplit.split(costs(slots), ranks);
        assertThat(split.length).isEqualTo(ranks);
        assertThat(Arrays.stream(split).flatMapToInt(Arrays::stream).sorted().toArray())
                .isEqualTo(IntStream.range(0, slots).toArray());
        for (int[] rank : split) {
            assertThat(rank).isSorted();
        }
    }

    @ParameterizedTest
    @CsvSource({"5,2", "64,3", "64,8", "100,7", "1000,16"})
    void noRankCarriesMoreThanAThirdAboveTheBestPossible(int slots, int ranks) {
        int[] costs = costs(slots);
        long heaviest = Arrays.stream(RankSplit.split(costs, ranks))
                .mapToLong(rank ->
                        Arrays.stream(rank).mapToLong(slot -> costs[slot]).sum())
                .max()
                .orElseThrow();
        double best = Math.max(
                (double) Arrays.stream(costs).sum() / ranks,
                Arrays.stream(costs).max().orElseThrow());
        assertThat(heaviest).isLessThanOrEqualTo((long) (best * 4 / 3) + 1);
    }

    @Test
    void theHeaviestRowsAreDealtFirst() {
        // 9 and 8, 7 to the 8, 6 to the 9; both carry 15 in two rows, so 2 goes to the lower rank.
        assertThat(RankSplit.split(new int[] {2, 9, 6, 8, 7}, 2)).isDeepEqualTo(new int[][] {{0, 1, 2}, {3, 4}});
    }

    @Test
    void equalCostsAreDealtEvenly() {
        int[] costs = new int[10];
        Arrays.fill(costs, 5);
        assertThat(RankSplit.split(costs, 3)).isDeepEqualTo(new int[][] {{0, 3, 6, 9}, {1, 4, 7}, {2, 5, 8}});
    }

    @Test
    void withFewerRowsThanRanksSomeGetNone() {
        assertThat(RankSplit.split(new int[] {3}, 3)).isDeepEqualTo(new int[][] {{0}, {}, {}});
        assertThat(RankSplit.split(new int[0], 2)).isDeepEqualTo(new int[][] {{}, {}});
    }

    @Test
    void noRankIsRefused() {
        assertThatThrownBy(() -> RankSplit.split(new int[] {1}, 0)).hasMessage("Rows need at least one rank: 0");
    }

    private static int[] costs(int slots) {
        return new Random(3).ints(slots, 1, 600).toArray();
    }
}

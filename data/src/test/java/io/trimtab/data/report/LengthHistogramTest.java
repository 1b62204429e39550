package io.trimtab.data.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.data.RowOutcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LengthHistogramTest {
    @Test
    void aBucketIsAtMostASixteenthOfItsLengthsWide() {
        int before = -1;
        for (int bucket = 0; bucket < LengthHistogram.BUCKETS; bucket++) {
            int smallest = LengthHistogram.smallest(bucket);
            assertThat(smallest).isGreaterThan(before);
            assertThat(LengthHistogram.bucket(smallest)).isEqualTo(bucket);
            if (bucket > 0) {
                assertThat(LengthHistogram.bucket(smallest - 1)).isEqualTo(bucket - 1);
                assertThat(smallest - before).isLessThanOrEqualTo(Math.max(1, before / 16));
            }
            before = smallest;
        }
        assertThat(LengthHistogram.bucket(Integer.MAX_VALUE)).isEqualTo(LengthHistogram.BUCKETS - 1);
    }

    @Test
    void figuresAreThoseOfTheLengths() {
        LengthHistogram.Tally tally = new LengthHistogram.Tally();
        for (int length = 1; length <= 100; length++) {
            tally.add(length);
        }
        Map<String, Object> map = tally.histogram().toMap();
        // 90 lies in the bucket from 88, 99 in the one from 96; 50 in the one from 50.
        assertThat(map)
                .containsEntry("n", 100L)
                .containsEntry("mean", 50.5)
                .containsEntry("min", 1)
                .containsEntry("median", 50)
                .containsEntry("p90", 88)
                .containsEntry("p99", 96)
                .containsEntry("max", 100);
    }

    @Test
    void partsAddUpToTheWhole() {
        LengthHistogram.Tally a = new LengthHistogram.Tally();
        LengthHistogram.Tally b = new LengthHistogram.Tally();
        LengthHistogram.Tally both = new LengthHistogram.Tally();
        for (int length : new int[] {3, 3, 700, 0, 41}) {
            (length % 2 == 0 ? a : b).add(length);
            both.add(length);
        }
        assertThat(a.histogram().plus(b.histogram()).plus(LengthHistogram.EMPTY))
                .isEqualTo(both.histogram());
    }

    @Test
    void theLongerAnswerIsCountedByTokens() {
        DataTally tally = new DataTally();
        for (int[] lengths : new int[][] {{5, 2}, {3, 2}, {1, 4}, {2, 2}}) {
            tally.addOutcome(new RowOutcome.Kept(pair(lengths[0], lengths[1]), java.util.Set.of(), 7));
        }
        DataStatistics statistics = tally.report().statistics();
        assertThat(statistics.bias()).isEqualTo(new LengthBias(2, 1, 1));
        assertThat(statistics.bias().share()).isEqualTo(2.0 / 3);
        assertThat(statistics.cutTokens()).isEqualTo(28);
        // Prompt 3 four times, chosen 5 + 3 + 1 + 2, rejected 2 + 2 + 4 + 2.
        assertThat(statistics.packedTokens()).isEqualTo(12 + 11 + 10);
        assertThat(statistics.lengths()).containsOnlyKeys("prompt", "chosen", "rejected", "total");
        assertThat(statistics
                        .lengths()
                        .getOrDefault("total", LengthHistogram.EMPTY)
                        .sum())
                .isEqualTo(24 + 11 + 10);
    }

    private static Example pair(int chosen, int rejected) {
        return new Example(
                "p",
                new int[] {1, 5, 6},
                List.of(
                        new Completion(new int[chosen], CompletionRole.CHOSEN),
                        new Completion(new int[rejected], CompletionRole.REJECTED)));
    }
}

package io.trimtab.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.merge.shard.ParameterLayout;
import java.util.List;

/** What must hold between the ranks of any run. */
final class RankAssertions {

    private RankAssertions() {}

    /** After every step, where the run kept them, and at the end. */
    static void assertBitEqualOnEveryRank(List<LoopRun.Outcome> outcomes) {
        LoopRun.Outcome first = outcomes.get(0);
        for (int rank = 1; rank < outcomes.size(); rank++) {
            LoopRun.Outcome other = outcomes.get(rank);
            String ranks = "rank " + rank + " against rank 0, ";
            assertThat(other.weightsAfter()).hasSameSizeAs(first.weightsAfter());
            for (int s = 0; s < first.weightsAfter().size(); s++) {
                assertBitEqual(
                        ranks + "step " + s,
                        other.weightsAfter().get(s),
                        first.weightsAfter().get(s));
            }
            assertBitEqual(ranks + "end", other.weights(), first.weights());
        }
    }

    /** Else a run on several ranks would prove less than it says. */
    static void assertBordersCutTensors(ParameterLayout layout, int ranks) {
        assertThat(layout.shardLayout(0, ranks).cut()).hasSize(ranks - 1);
    }

    static void assertBitEqual(String what, float[] actual, float[] expected) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        int different = 0;
        for (int i = 0; i < expected.length; i++) {
            different += Float.floatToRawIntBits(actual[i]) == Float.floatToRawIntBits(expected[i]) ? 0 : 1;
        }
        assertThat(different).as(what + ", weights that differ").isZero();
    }

    static double largestDifference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }
}

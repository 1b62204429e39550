package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.model.batch.PackedBatch;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttentionPlanTest {

    @Test
    void smallGroupsStandSideBySidePaddedToTheLongest() {
        AttentionPlan plan = plan(example(1, 2), example(2, 2, 1));
        assertThat(plan.sizes()).containsExactly(10);
        assertThat(plan.widths()).containsExactly(5);
        // Rows 0-2 are the first example's, 3-7 the second's; the longer one comes first, pads repeat the first row of
        // their group.
        assertThat(plan.order()).containsExactly(3, 4, 5, 6, 7, 0, 1, 2, 0, 0);
        assertThat(plan.restore()).containsExactly(5, 6, 7, 0, 1, 2, 3, 4);
        assertThat(plan.segments().get(0)).containsExactly(0, 0, 1, 1, 2, 0, 1, 1, -1, -1);
    }

    @Test
    void groupsWithOneCompletionNeedNoMask() {
        assertThat(plan(example(3, 4), example(3, 2)).segments()).containsExactly((int[]) null);
    }

    @Test
    void groupsOfOneLengthNeedNoReordering() {
        AttentionPlan plan = plan(example(3, 4), example(2, 5), example(0, 7));
        assertThat(plan.sizes()).containsExactly(21);
        assertThat(plan.order()).isEmpty();
        assertThat(plan.restore()).isEmpty();
    }

    @Test
    void aLongGroupIsNotSharedWithShortOnes() {
        AttentionPlan plan = plan(example(10, 10), example(100, 400), example(10, 12), example(100, 380));
        assertThat(plan.widths()).containsExactly(500, 22);
        assertThat(plan.sizes()).containsExactly(1000, 44);
    }

    private static AttentionPlan plan(Example... examples) {
        return AttentionPlan.of(PackedBatch.of(List.of(examples)));
    }

    private static Example example(int prompt, int... completions) {
        return new Example(
                "e",
                new int[prompt],
                Arrays.stream(completions)
                        .mapToObj(length -> new Completion(new int[length], CompletionRole.CHOSEN))
                        .toList());
    }
}

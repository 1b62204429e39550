package io.trimtab.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.model.batch.PackedBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AttentionPlanTest {

    @Test
    void smallExamplesStandSideBySidePaddedToTheLongest() {
        AttentionPlan plan = plan(example(1, 1, 1), example(2, 2, 1));
        assertThat(plan.blocks()).hasSize(1);
        // Rows 0-2 are the first example's, 3-7 the second's; the longer one comes first, pads repeat the first row of
        // their example.
        assertThat(plan.queries()).containsExactly(3, 4, 5, 6, 7, 0, 1, 2, 0, 0);
        assertThat(plan.keys()).containsExactly(plan.queries());
        assertThat(plan.restore()).containsExactly(5, 6, 7, 0, 1, 2, 3, 4);
        assertThat(plan.blocks().get(0).querySegments()).containsExactly(0, 0, 1, 1, 2, 0, 1, 2, 0, 0);
        assertThat(plan.blocks().get(0).limits()).containsExactly(0, 1, 2, 3, 4, 0, 1, 2, 0, 0);
    }

    @Test
    void examplesWithOneCompletionNeedNoMask() {
        AttentionPlan plan = plan(example(3, 4), example(3, 2), example(0, 5));
        assertThat(plan.blocks()).hasSize(1);
        assertThat(plan.blocks().get(0).causal()).isTrue();
        assertThat(plan.blocks().get(0).limits()).isEmpty();
    }

    @Test
    void aLongExampleIsTakenApart() {
        AttentionPlan plan = plan(example(300, 100, 90));
        assertThat(plan.blocks()).hasSize(2);
        AttentionPlan.Block completions = plan.blocks().get(0);
        assertThat(completions.spans()).isEqualTo(2);
        assertThat(completions.queryWidth()).isEqualTo(100);
        assertThat(completions.keyWidth()).isEqualTo(400);
        assertThat(completions.limits()).startsWith(300, 301).hasSize(200);
        assertThat(plan.blocks().get(1).causal()).isTrue();
        assertThat(plan.blocks().get(1).queryWidth()).isEqualTo(300);
    }

    @Test
    void aLongExampleIsNotPaddedIntoABlockOfShortOnes() {
        AttentionPlan plan = plan(example(10, 10), example(100, 400), example(10, 12), example(100, 380));
        assertThat(plan.blocks().stream().map(AttentionPlan.Block::queryWidth)).containsExactly(500, 22);
    }

    /** What each row sees, worked out from the plan, is the prompt and its own completion up to itself. */
    @Test
    void everyRowSeesItsPromptAndItsOwnCompletionUpToItself() {
        SplittableRandom random = new SplittableRandom(11);
        for (int round = 0; round < 20; round++) {
            Example[] examples = new Example[1 + random.nextInt(6)];
            for (int e = 0; e < examples.length; e++) {
                int[] completions = random.ints(1 + random.nextInt(3), 1, 90).toArray();
                examples[e] = example(random.nextInt(120), completions);
            }
            requireVisibility(plan(examples), examples);
        }
    }

    private static void requireVisibility(AttentionPlan plan, Example[] examples) {
        int start = 0;
        for (Example example : examples) {
            int prompt = example.prompt().length;
            for (int t = 0; t < prompt; t++) {
                assertThat(seen(plan, start + t)).isEqualTo(rows(start, t + 1));
            }
            int own = start + prompt;
            for (Completion completion : example.completions()) {
                for (int t = 0; t < completion.length(); t++) {
                    Set<Integer> expected = rows(start, prompt);
                    expected.addAll(rows(own, t + 1));
                    assertThat(seen(plan, own + t)).isEqualTo(expected);
                }
                own += completion.length();
            }
            start = own;
        }
    }

    private static Set<Integer> rows(int from, int count) {
        Set<Integer> rows = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            rows.add(from + i);
        }
        return rows;
    }

    private static Set<Integer> seen(AttentionPlan plan, int row) {
        int query = plan.restore()[row];
        int key = 0;
        for (AttentionPlan.Block block : plan.blocks()) {
            if (query < block.spans() * block.queryWidth()) {
                return seen(plan, block, query, key + query / block.queryWidth() * block.keyWidth());
            }
            query -= block.spans() * block.queryWidth();
            key += block.spans() * block.keyWidth();
        }
        throw new AssertionError("Row is in no block: " + row);
    }

    private static Set<Integer> seen(AttentionPlan plan, AttentionPlan.Block block, int query, int firstKey) {
        int span = query / block.queryWidth();
        int limit = block.causal() ? query % block.queryWidth() : block.limits()[query];
        Set<Integer> seen = new TreeSet<>();
        for (int t = 0; t <= limit; t++) {
            int segment = block.causal() ? 0 : block.keySegments()[span * block.keyWidth() + t];
            if (segment == 0 || segment == block.querySegments()[query]) {
                seen.add(plan.keys()[firstKey + t]);
            }
        }
        return seen;
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

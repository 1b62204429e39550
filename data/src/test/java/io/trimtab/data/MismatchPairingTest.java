package io.trimtab.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.data.RowOutcome.Kept;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MismatchPairingTest {
    private static final int ROOMY = 100;

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10, 200})
    void everyRowBorrowsTheAnswerToAnotherPrompt(int rows) {
        List<Example> bucket = bucket(rows, Math.max(2, rows / 3), 7);
        List<Kept> paired = MismatchPairing.pair(bucket, 42, ROOMY);
        assertThat(paired).hasSameSizeAs(bucket);
        for (int i = 0; i < rows; i++) {
            Example example = paired.get(i).example();
            assertThat(example.only(CompletionRole::trained)).isEqualTo(bucket.get(i));
            // Completions name their prompt, see row().
            assertThat(mismatched(example)[0]).isNotEqualTo(example.prompt()[0]);
            assertThat(paired.get(i).notes()).isEmpty();
        }
    }

    @Test
    void theDonorIsTheNextInHashOrderWithAnotherPromptAndTheLastWrapsRound() {
        List<Example> rows = bucket(9, 9, 1);
        List<Example> ring = new ArrayList<>(rows);
        ring.sort((a, b) -> Long.compare(Mix.hash(42, a.id()), Mix.hash(42, b.id())));
        Map<String, int[]> expected = new HashMap<>();
        for (int i = 0; i < ring.size(); i++) {
            expected.put(
                    ring.get(i).id(), ring.get((i + 1) % 9).completions().get(0).tokens());
        }
        for (Kept row : MismatchPairing.pair(rows, 42, ROOMY)) {
            assertThat(mismatched(row.example())).isEqualTo(expected.get(row.id()));
        }
    }

    @Test
    void thePairingDoesNotDependOnTheOrderOfTheRows() {
        List<Example> rows = bucket(50, 11, 3);
        Map<String, Example> expected = byId(MismatchPairing.pair(rows, 42, ROOMY));
        List<Example> shuffled = new ArrayList<>(rows);
        Collections.shuffle(shuffled, new Random(5));
        assertThat(byId(MismatchPairing.pair(shuffled, 42, ROOMY))).isEqualTo(expected);
        assertThat(byId(MismatchPairing.pair(rows, 43, ROOMY))).isNotEqualTo(expected);
    }

    @Test
    void rowsOfOneIdAreOrderedByWhatTheyHold() {
        List<Example> rows = List.of(row("same", 10, 1), row("same", 20, 2), row("same", 30, 3));
        Set<Example> expected = new HashSet<>();
        MismatchPairing.pair(rows, 42, ROOMY).forEach(row -> expected.add(row.example()));
        List<Example> reversed = new ArrayList<>(rows);
        Collections.reverse(reversed);
        assertThat(MismatchPairing.pair(reversed, 42, ROOMY))
                .extracting(Kept::example)
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aBucketOfOnePromptStaysWithoutAndIsNoted() {
        for (int rows : new int[] {1, 4}) {
            List<Example> bucket = bucket(rows, 1, 1);
            List<Kept> paired = MismatchPairing.pair(bucket, 42, ROOMY);
            assertThat(paired).extracting(Kept::example).isEqualTo(bucket);
            assertThat(paired).allSatisfy(row -> assertThat(row.notes()).containsExactly(RowNote.WITHOUT_MISMATCH));
        }
        assertThat(MismatchPairing.pair(List.of(), 42, ROOMY)).isEmpty();
    }

    @Test
    void aUsersOwnMismatchIsKept() {
        Example own = new Example(
                "own",
                new int[] {1},
                List.of(
                        new Completion(new int[] {2}, CompletionRole.DESIRABLE),
                        new Completion(new int[] {3}, CompletionRole.MISMATCHED)));
        List<Kept> paired = MismatchPairing.pair(List.of(own, row("other", 10, 1)), 42, ROOMY);
        assertThat(paired.get(0).example()).isEqualTo(own);
        assertThat(mismatched(paired.get(1).example())).containsExactly(2);
    }

    @Test
    void aBorrowedAnswerIsCutToTheLimit() {
        // Prompt of one token, answers of three: two fit under 3.
        Kept row = MismatchPairing.pair(bucket(2, 2, 1), 42, 3).get(0);
        assertThat(mismatched(row.example())).hasSize(2);
        assertThat(row.notes()).containsExactly(RowNote.MISMATCH_TRUNCATED);
    }

    @Test
    void bucketsHoldAboutAThousandRows() {
        assertThat(MismatchPairing.buckets(0)).isEqualTo(1);
        assertThat(MismatchPairing.buckets(1)).isEqualTo(1);
        assertThat(MismatchPairing.buckets(1500)).isEqualTo(1);
        assertThat(MismatchPairing.buckets(2_000_000)).isEqualTo(1953);
        int[] sizes = new int[MismatchPairing.buckets(100_000)];
        for (int i = 0; i < 100_000; i++) {
            sizes[MismatchPairing.bucket(42, "pairs.jsonl:" + i, sizes.length)]++;
        }
        // Mean 1,020, standard deviation 32.
        assertThat(Arrays.stream(sizes)).allMatch(size -> size > 850 && size < 1200);
    }

    private static Map<String, Example> byId(List<Kept> rows) {
        Map<String, Example> examples = new HashMap<>();
        rows.forEach(row -> examples.put(row.id(), row.example()));
        return examples;
    }

    private static int[] mismatched(Example example) {
        return example.completions().get(1).tokens();
    }

    /** Rows over so many prompts, in an order of its own. */
    private static List<Example> bucket(int rows, int prompts, long seed) {
        Random random = new Random(seed);
        List<Example> bucket = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            bucket.add(row("file:" + i, 1000 + (i < prompts ? i : random.nextInt(prompts)), i));
        }
        return bucket;
    }

    /** A row whose completion begins with its prompt's only id. */
    private static Example row(String id, int prompt, int answer) {
        Completion completion = new Completion(new int[] {prompt, answer, 2}, CompletionRole.DESIRABLE);
        return new Example(id, new int[] {prompt}, List.of(completion));
    }
}

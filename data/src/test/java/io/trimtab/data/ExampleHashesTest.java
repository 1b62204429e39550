package io.trimtab.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExampleHashesTest {
    private static final int[] PROMPT = {1, 5};
    private static final int[] BLUE = {7, 2};
    private static final int[] GREEN = {8, 2};

    @Test
    void aSwappedPairHasTheSameContentAndTheOtherPreference() {
        ExampleHashes pair = ExampleHashes.of(pair("a", PROMPT, BLUE, GREEN));
        ExampleHashes swapped = ExampleHashes.of(pair("b", PROMPT, GREEN, BLUE));
        assertThat(swapped.content()).isEqualTo(pair.content());
        assertThat(swapped.preference()).isNotEqualTo(pair.preference());
        assertThat(ExampleHashes.of(pair("c", PROMPT, BLUE, GREEN))).isEqualTo(pair);
    }

    @Test
    void anotherAnswerOrPromptHasAnotherContent() {
        ExampleHashes pair = ExampleHashes.of(pair("a", PROMPT, BLUE, GREEN));
        ExampleHashes answer = ExampleHashes.of(pair("a", PROMPT, BLUE, new int[] {9, 2}));
        ExampleHashes prompt = ExampleHashes.of(pair("a", new int[] {1, 6}, BLUE, GREEN));
        assertThat(answer.content()).isNotEqualTo(pair.content());
        assertThat(answer.prompt()).isEqualTo(pair.prompt());
        assertThat(prompt.content()).isNotEqualTo(pair.content());
        assertThat(prompt.prompt()).isNotEqualTo(pair.prompt());
    }

    @Test
    void bothLabelsOfOneAnswerMeetWhateverIsMismatched() {
        ExampleHashes good = ExampleHashes.of(labelled(CompletionRole.DESIRABLE, GREEN));
        ExampleHashes bad = ExampleHashes.of(labelled(CompletionRole.UNDESIRABLE, new int[] {3, 3, 2}));
        assertThat(bad.content()).isEqualTo(good.content());
        assertThat(bad.preference()).isNotEqualTo(good.preference());
    }

    private static Example pair(String id, int[] prompt, int[] chosen, int[] rejected) {
        return new Example(
                id,
                prompt,
                List.of(
                        new Completion(chosen, CompletionRole.CHOSEN),
                        new Completion(rejected, CompletionRole.REJECTED)));
    }

    private static Example labelled(CompletionRole role, int[] mismatched) {
        return new Example(
                "k",
                PROMPT,
                List.of(new Completion(BLUE, role), new Completion(mismatched, CompletionRole.MISMATCHED)));
    }
}

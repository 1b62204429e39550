package io.trimtab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExampleTest {
    private static final Example LABELLED = example("a", 9, CompletionRole.DESIRABLE, CompletionRole.MISMATCHED);

    @Test
    void costCountsThePromptOnceAndUsefulTokensOncePerCompletionBothWithoutTheMismatch() {
        // Prompt of 3, completions of 2.
        Example pair = example("p", 9, CompletionRole.CHOSEN, CompletionRole.REJECTED);
        assertThat(pair.packedTokens()).isEqualTo(7);
        assertThat(pair.usefulTokens()).isEqualTo(10);
        assertThat(LABELLED.packedTokens()).isEqualTo(5);
        assertThat(LABELLED.usefulTokens()).isEqualTo(5);
        assertThat(LABELLED.longestSequence()).isEqualTo(5);
    }

    @Test
    void aViewHoldsTheRolesAskedForAndAtLeastOne() {
        assertThat(LABELLED.only(CompletionRole::trained).completions())
                .extracting(Completion::role)
                .containsExactly(CompletionRole.DESIRABLE);
        assertThatThrownBy(() -> LABELLED.only(role -> role == CompletionRole.TARGET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Example has no completion: a");
    }

    @Test
    void fingerprintsDependOnTokensAndRolesNotOnTheId() {
        Example example = example("a", 9, CompletionRole.DESIRABLE);
        assertThat(example("b", 9, CompletionRole.DESIRABLE).fingerprint()).isEqualTo(example.fingerprint());
        assertThat(example("a", 8, CompletionRole.DESIRABLE).fingerprint()).isNotEqualTo(example.fingerprint());
        assertThat(example("a", 9, CompletionRole.UNDESIRABLE).fingerprint()).isNotEqualTo(example.fingerprint());
    }

    @Test
    void travelsBetweenMachinesUnchanged() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(LABELLED);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(LABELLED);
        }
    }

    @Test
    void printsLengthsNeverIds() {
        assertThat(LABELLED.toString())
                .isEqualTo("Example a(3 prompt tokens, [DESIRABLE(2 tokens), MISMATCHED(2 tokens)])");
    }

    private static Example example(String id, int token, CompletionRole... roles) {
        return new Example(
                id,
                new int[] {1, 5, 6},
                List.of(roles).stream()
                        .map(role -> new Completion(new int[] {token, 2}, role))
                        .toList());
    }
}

package io.trimtab.data.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.DataException;
import io.trimtab.data.OverLength;
import io.trimtab.data.RowNote;
import io.trimtab.data.TextSettings;
import io.trimtab.data.tokens.Sequences.Fitting;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ids by hand: {@link TinyTokenizer}. BOS 1, EOS 2, a 4, b 5, c 6, d 7, bc 30. */
class SequenceEncoderTest {
    @TempDir
    Path folder;

    private Tokenizer tokenizer;

    @BeforeEach
    void open() {
        tokenizer = Tokenizer.open(TinyTokenizer.withBos(folder));
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void completionsBeginBehindThePromptAndEndWithEos() {
        Fitting ids = fitting(encoder(20, OverLength.DROP), "aa", "aab", "aadd");
        assertThat(ids.prompt()).containsExactly(1, 4, 4);
        assertThat(ids.completions()).containsExactly(new int[] {5, 2}, new int[] {7, 7, 2});
        assertThat(ids.notes()).isEmpty();
    }

    @Test
    void aMergeAcrossTheBorderMovesItIntoThePromptForBothCompletionsAndIsNoted() {
        Fitting ids = fitting(encoder(20, OverLength.DROP), "ab", "abcd", "abdd");
        // [1 a b] against [1 a bc d] and [1 a b d d]: the smaller common prefix is [1 a].
        assertThat(ids.prompt()).containsExactly(1, 4);
        assertThat(ids.completions()).containsExactly(new int[] {30, 7, 2}, new int[] {5, 7, 7, 2});
        assertThat(ids.notes()).containsExactly(RowNote.BOUNDARY_INSIDE_PROMPT);
    }

    @Test
    void eosIsNotDoubledAndNotGivenToRenderedTextOrAgainstTheSetting() {
        SequenceEncoder appending = encoder(20, OverLength.DROP);
        assertThat(fitting(appending, "a", "ad</s>").completions()).containsExactly(new int[] {7, 2});
        assertThat(((Fitting) appending.encode("a", List.of("ad"), 1, false)).completions())
                .containsExactly(new int[] {7});
        SequenceEncoder never = SequenceEncoder.of(tokenizer, new TextSettings(20, OverLength.DROP, false, null), 20);
        assertThat(fitting(never, "a", "ad").completions()).containsExactly(new int[] {7});
    }

    @Test
    void maxLengthCountsBosPromptCompletionAndEos() {
        // 1 + 2 + 3 + 1
        assertThat(encode(encoder(7, OverLength.DROP), "aa", "aaddd")).isInstanceOf(Fitting.class);
        assertThat(encode(encoder(6, OverLength.DROP), "aa", "aaddd")).isEqualTo(new Sequences.TooLong(7));
    }

    @Test
    void oneTooLongCompletionOfAPairDropsTheRow() {
        assertThat(encode(encoder(6, OverLength.DROP), "aa", "aad", "aaddd")).isEqualTo(new Sequences.TooLong(7));
    }

    @Test
    void truncateCompletionCutsItsEndAndKeepsThePrompt() {
        Fitting ids = fitting(encoder(5, OverLength.TRUNCATE_COMPLETION), "aa", "aad", "aaddd");
        assertThat(ids.prompt()).containsExactly(1, 4, 4);
        assertThat(ids.completions()).containsExactly(new int[] {7, 2}, new int[] {7, 7});
        assertThat(ids.notes()).containsExactly(RowNote.COMPLETION_TRUNCATED);
    }

    @Test
    void truncateCompletionDropsARowWhosePromptLeavesNoRoom() {
        assertThat(encode(encoder(4, OverLength.TRUNCATE_COMPLETION), "aaa", "aaad"))
                .isEqualTo(new Sequences.TooLong(6));
    }

    @Test
    void truncatePromptCutsItsStartAndKeepsBosAndCompletion() {
        Fitting ids = fitting(encoder(5, OverLength.TRUNCATE_PROMPT), "abd", "abdd", "abda");
        assertThat(ids.prompt()).containsExactly(1, 5, 7);
        assertThat(ids.completions()).containsExactly(new int[] {7, 2}, new int[] {4, 2});
        assertThat(ids.notes()).containsExactly(RowNote.PROMPT_TRUNCATED);
    }

    @Test
    void truncatePromptDropsARowWhoseCompletionLeavesNoRoom() {
        assertThat(encode(encoder(4, OverLength.TRUNCATE_PROMPT), "aa", "aaddd"))
                .isEqualTo(new Sequences.TooLong(7));
    }

    @Test
    void anUntrainedCompletionIsCutAndNeverDropsTheRow() {
        Sequences ids = encoder(6, OverLength.DROP).encode("aa", List.of("aad", "aadddddd"), 1, true);
        assertThat(((Fitting) ids).completions()).containsExactly(new int[] {7, 2}, new int[] {7, 7, 7});
        assertThat(((Fitting) ids).notes()).isEqualTo(Set.of(RowNote.MISMATCH_TRUNCATED));
    }

    @Test
    void anEmptyPromptIsBosOrNothing(@TempDir Path other) {
        assertThat(fitting(encoder(9, OverLength.DROP), "", "ad").prompt()).containsExactly(1);
        try (Tokenizer without = Tokenizer.open(TinyTokenizer.withoutBos(other))) {
            SequenceEncoder encoder = SequenceEncoder.of(without, new TextSettings(9, OverLength.DROP, false, null), 9);
            assertThat(fitting(encoder, "", "ad").prompt()).isEmpty();
            // Its first token has no log-prob, so one token alone is nothing.
            assertThat(encode(encoder, "", "a")).isEqualTo(new Sequences.NothingToTrain());
        }
    }

    @Test
    void appendingAnEosThatNobodyNamesIsRefused(@TempDir Path other) {
        try (Tokenizer nameless = Tokenizer.open(TinyTokenizer.write(other, false, Map.of()))) {
            assertThatThrownBy(() -> SequenceEncoder.of(nameless, new TextSettings(9, OverLength.DROP, true, null), 9))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("data.append-eos = false");
        }
    }

    private SequenceEncoder encoder(int maxLength, OverLength overLength) {
        return SequenceEncoder.of(tokenizer, new TextSettings(maxLength, overLength, true, null), maxLength);
    }

    private static Sequences encode(SequenceEncoder encoder, String prompt, String... wholes) {
        return encoder.encode(prompt, List.of(wholes), wholes.length, true);
    }

    private static Fitting fitting(SequenceEncoder encoder, String prompt, String... wholes) {
        return (Fitting) encode(encoder, prompt, wholes);
    }
}

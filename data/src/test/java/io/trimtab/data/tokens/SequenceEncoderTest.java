package io.trimtab.data.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.DataException;
import io.trimtab.data.RowNote;
import io.trimtab.data.Span;
import io.trimtab.data.tokens.Sequences.Fitting;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        assertThat(ids.notes()).containsExactlyInAnyOrder(RowNote.COMPLETION_TRUNCATED, RowNote.EOS_CUT);
        assertThat(ids.cutTokens()).isEqualTo(2);
    }

    @Test
    void truncateCompletionDropsARowWhosePromptLeavesNoRoom() {
        assertThat(encode(encoder(4, OverLength.TRUNCATE_COMPLETION), "aaa", "aaad"))
                .isEqualTo(new Sequences.TooLong(6));
    }

    @Test
    void truncatePromptCutsItsStartAndKeepsBosAndCompletion() {
        Fitting ids = fitting(encoder(5, OverLength.TRUNCATE_PROMPT_START), "abd", "abdd", "abda");
        assertThat(ids.prompt()).containsExactly(1, 5, 7);
        assertThat(ids.completions()).containsExactly(new int[] {7, 2}, new int[] {4, 2});
        assertThat(ids.notes()).containsExactly(RowNote.PROMPT_TRUNCATED);
        assertThat(ids.cutTokens()).isEqualTo(1);
    }

    @Test
    void truncatePromptDropsARowWhoseCompletionLeavesNoRoom() {
        assertThat(encode(encoder(4, OverLength.TRUNCATE_PROMPT_START), "aa", "aaddd"))
                .isEqualTo(new Sequences.TooLong(7));
    }

    @Test
    void truncatePromptEndCutsItsEnd() {
        Fitting ids = fitting(encoder(5, OverLength.TRUNCATE_PROMPT_END), "abd", "abdd", "abda");
        assertThat(ids.prompt()).containsExactly(1, 4, 5);
        assertThat(ids.completions()).containsExactly(new int[] {7, 2}, new int[] {4, 2});
        assertThat(ids.notes()).containsExactly(RowNote.PROMPT_TRUNCATED);
        assertThat(encode(encoder(3, OverLength.TRUNCATE_PROMPT_END), "aaa", "aaad"))
                .isEqualTo(new Sequences.TooLong(6));
    }

    @ParameterizedTest
    @CsvSource({
        // policy, longest prompt, longest completion, kept prompt ids, kept completion ids; nothing where the row is
        // left out
        "DROP, 4, 4, 4, 4",
        "DROP, 3, 4, , ",
        "DROP, 4, 3, , ",
        "RAISE, 3, 4, , ",
        "TRUNCATE_COMPLETION, 4, 2, 4, 2",
        "TRUNCATE_COMPLETION, 3, 4, , ",
        "TRUNCATE_PROMPT_START, 2, 4, 2, 4",
        "TRUNCATE_PROMPT_START, 1, 4, , ",
        "TRUNCATE_PROMPT_START, 4, 3, , ",
        "TRUNCATE_PROMPT_END, 3, 4, 3, 4",
    })
    void promptAndCompletionHaveLimitsOfTheirOwn(
            OverLength policy, int maxPrompt, int maxCompletion, Integer promptKept, Integer completionKept) {
        TextSettings settings = new TextSettings(
                99, policy, true, null, maxPrompt, maxCompletion, SpecialTokenPolicy.ALLOW, BoundaryPolicy.KEEP);
        // BOS and aaa; ddd and EOS.
        Sequences ids = encode(SequenceEncoder.of(tokenizer, settings, 99), "aaa", "aaaddd");
        if (promptKept == null) {
            assertThat(ids).isEqualTo(new Sequences.TooLong(8));
        } else {
            assertThat(((Fitting) ids).prompt()).hasSize(promptKept).startsWith(1);
            assertThat(((Fitting) ids).completions().get(0)).hasSize(completionKept);
            assertThat(((Fitting) ids).cutTokens()).isEqualTo(8 - promptKept - completionKept);
        }
    }

    @Test
    void aMergedTokenIsTrainedOrContextAsTheSettingSays() {
        Fitting kept = fitting(encoder(20, OverLength.DROP), "ab", "abcd", "abdd");
        assertThat(kept.tails().get(0).spans()).containsExactly(0, 3);
        TextSettings dropping = new TextSettings(
                20, OverLength.DROP, true, null, 20, 20, SpecialTokenPolicy.ALLOW, BoundaryPolicy.DROP);
        Fitting dropped = fitting(SequenceEncoder.of(tokenizer, dropping, 20), "ab", "abcd", "abdd");
        assertThat(dropped.prompt()).containsExactly(1, 4);
        assertThat(dropped.completions()).containsExactly(new int[] {30, 7, 2}, new int[] {5, 7, 7, 2});
        // Not bc, which holds the prompt's b; nor the other's b, which is the prompt's.
        assertThat(dropped.tails().get(0).spans()).containsExactly(1, 3);
        assertThat(dropped.tails().get(1).spans()).containsExactly(1, 4);
        // Nothing but the merged token: nothing to train.
        TextSettings bare = new TextSettings(
                20, OverLength.DROP, false, null, 20, 20, SpecialTokenPolicy.ALLOW, BoundaryPolicy.DROP);
        assertThat(encode(SequenceEncoder.of(tokenizer, bare, 20), "ab", "abc"))
                .isEqualTo(new Sequences.NothingToTrain());
    }

    @Test
    void turnsAreTrainedByTheirPlacesAndWhatLiesBetweenIsContext() {
        // a d bc d | ids: 1 4 7 30 7
        Fitting ids =
                (Fitting) encoder(20, OverLength.DROP).encodeTurns("adbcd", List.of(new Span(1, 2), new Span(3, 5)));
        assertThat(ids.prompt()).containsExactly(1, 4);
        assertThat(ids.completions()).containsExactly(new int[] {7, 30, 7});
        // c lies in bc, which begins before the turn: trained, and noted.
        assertThat(ids.tails().get(0).spans()).containsExactly(0, 3);
        assertThat(ids.notes()).containsExactly(RowNote.BOUNDARY_INSIDE_PROMPT);
        Fitting cut = (Fitting) encoder(4, OverLength.TRUNCATE_COMPLETION)
                .encodeTurns("adddd", List.of(new Span(1, 2), new Span(4, 5)));
        assertThat(cut.completions()).containsExactly(new int[] {7, 7});
        assertThat(cut.tails().get(0).spans()).containsExactly(0, 1);
        assertThat(cut.cutTokens()).isEqualTo(2);
    }

    @Test
    void aRowWhoseOnlyTrainedTokensAreCutIsTooLong() {
        assertThat(encoder(3, OverLength.TRUNCATE_COMPLETION).encodeTurns("aadda", List.of(new Span(4, 5))))
                .isEqualTo(new Sequences.TooLong(6));
    }

    @Test
    void aTextThatMustBeTooLongIsNotTokenised() {
        // 64 MB of one word: the library would need gigabytes and minutes.
        String book = "a".repeat(64 << 20);
        for (OverLength policy : OverLength.values()) {
            assertThat(encode(encoder(20, policy), "a", "ab", "a" + book))
                    .isEqualTo(new Sequences.TooLong((64 << 20) / 1000));
        }
        assertThat(encoder(20, OverLength.DROP).encodeTurns(book, List.of(new Span(1, 2))))
                .isInstanceOf(Sequences.TooLong.class);
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

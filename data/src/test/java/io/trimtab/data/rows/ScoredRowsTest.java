package io.trimtab.data.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.RawRow;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.chat.Conversation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Several answers to one prompt, with scores or ranks: which examples they make, and what is counted. */
class ScoredRowsTest {
    private static final RowSettings ALL = new RowSettings(null, PairPolicy.ALL, 0, null);

    @Test
    void theBestStandsAgainstTheWorstByDefault() throws RowRejection {
        RowParts parts = read(RowSettings.DEFAULT, beside(List.of("a", "b", "c", "d"), 2, 4, 1, 4));
        assertThat(parts.parts()).containsExactly(pair("#1-2", "b", "c"));
        assertThat(parts.tiedPairs()).isZero();
    }

    @Test
    void allPairsAreEveryTwoOfUnequalScore() throws RowRejection {
        RowParts parts = read(ALL, beside(List.of("a", "b", "c", "d"), 2, 4, 1, 4));
        assertThat(parts.parts())
                .containsExactly(
                        pair("#1-0", "b", "a"),
                        pair("#0-2", "a", "c"),
                        pair("#3-0", "d", "a"),
                        pair("#1-2", "b", "c"),
                        pair("#3-2", "d", "c"));
        assertThat(parts.tiedPairs()).isEqualTo(1);
    }

    @Test
    void aDifferenceBelowTheMarginIsATieAndOneAtItIsNone() throws RowRejection {
        RowSettings settings = new RowSettings(null, PairPolicy.ALL, 1, null);
        RowParts parts = read(settings, beside(List.of("a", "b", "c"), 0, 0.5, 1));
        assertThat(parts.parts()).containsExactly(pair("#2-0", "c", "a"));
        assertThat(parts.tiedPairs()).isEqualTo(2);
    }

    @Test
    void equalScoresMakeNoExample() throws RowRejection {
        RowParts parts = read(RowSettings.DEFAULT, beside(List.of("a", "b"), 3, 3));
        assertThat(parts).isEqualTo(new RowParts(List.of(), 1, 0));
    }

    @Test
    void ultraFeedbacksRowsAreKnown() throws RowRejection {
        Map<String, Object> row = Map.of(
                "source",
                "evol_instruct",
                "instruction",
                "Sky?",
                "models",
                List.of("m", "n"),
                "completions",
                List.of(
                        Map.of("model", "m", "response", "Red.", "overall_score", 4.0, "critique", "…"),
                        Map.of("model", "n", "response", "Blue.", "overall_score", 7.5, "critique", "…")));
        FamiliarRow familiar =
                reader(TrainingStage.DPO, RowSettings.DEFAULT, Map.of()).familiar(new RawRow("r", row));
        assertThat(familiar.taken())
                .isEqualTo(new TakenShape("scores", "messages", List.of("instruction", "completions")));
        assertThat(read(RowSettings.DEFAULT, row).parts())
                .containsExactly(new RowPart(
                        "#1-0",
                        new Passage.Chat(
                                Conversation.of("user", "Sky?"),
                                List.of(Conversation.of("assistant", "Blue."), Conversation.of("assistant", "Red."))),
                        List.of(CompletionRole.CHOSEN, CompletionRole.REJECTED)));
    }

    @Test
    void namesInsideAnAnswerAreMapped() throws RowRejection {
        Map<String, Object> row = Map.of(
                "prompt",
                "p",
                "tries",
                List.of(
                        Map.of("solution", "a", "is_correct", false, "score", 9),
                        Map.of("solution", "b", "is_correct", true, "score", 1)));
        Map<String, String> names = Map.of("completions", "tries", "completion", "solution", "score", "is_correct");
        assertThat(read(TrainingStage.DPO, RowSettings.DEFAULT, names, row).parts())
                .containsExactly(pair("#1-0", "b", "a"));
    }

    @Test
    void scoresOfTwoKindsAreNeverCompared() throws RowRejection {
        Map<String, Object> row = Map.of(
                "prompt",
                "p",
                "completions",
                List.of(
                        Map.of("response", "a", "overall_score", 10, "fine", 2),
                        Map.of("response", "b", "overall_score", 1),
                        Map.of("response", "c", "rank", 0, "fine", 3)));
        // The third has another kind of score, and the second lacks the mapped one.
        assertThat(read(TrainingStage.DPO, ALL, Map.of(), row).parts()).containsExactly(pair("#0-1", "a", "b"));
        RowParts mapped = read(TrainingStage.DPO, ALL, Map.of("score", "fine"), row);
        assertThat(mapped.parts()).containsExactly(pair("#2-0", "c", "a"));
        assertThat(mapped.leftOut()).isEqualTo(1);
    }

    @Test
    void aMappedColumnThatIsNullIsNotReplacedByAnother() {
        Map<String, Object> row = new HashMap<>(Map.of("prompt", "p", "rejected", "b", "chosen_response", "a"));
        row.put("better", null);
        assertThatThrownBy(() -> read(TrainingStage.DPO, RowSettings.DEFAULT, Map.of("chosen", "better"), row))
                .isInstanceOf(RowRejection.class)
                .hasMessage("better is absent or null");
        Map<String, Object> asked = Map.of("instruction", "other", "chosen", "a", "rejected", "b");
        assertThatThrownBy(() -> read(TrainingStage.DPO, RowSettings.DEFAULT, Map.of("prompt", "q"), asked))
                .isInstanceOf(RowRejection.class)
                .hasMessage("prompt is absent or null");
    }

    @Test
    void aLowerRankIsBetter() throws RowRejection {
        Map<String, Object> inside = Map.of(
                "prompt",
                "p",
                "answers",
                List.of(Map.of("answer", "a", "rank", 2.0), Map.of("answer", "b", "rank", 1.0)));
        assertThat(read(RowSettings.DEFAULT, inside).parts()).containsExactly(pair("#1-0", "b", "a"));
        Map<String, Object> beside = Map.of("prompt", "p", "completions", List.of("a", "b"), "ranks", List.of(0, 1));
        assertThat(read(RowSettings.DEFAULT, beside).parts()).containsExactly(pair("#0-1", "a", "b"));
    }

    @Test
    void answersWithoutAScoreOrATextAreLeftOutAndCounted() throws RowRejection {
        List<@Nullable Object> answers = new ArrayList<>(List.of("a", "b", "c", "d", "e"));
        answers.set(3, null);
        Map<String, Object> row = beside(answers, 1, Double.NaN, 3, 9, null);
        RowParts parts = read(ALL, row);
        assertThat(parts.parts()).containsExactly(pair("#2-0", "c", "a"));
        assertThat(parts.leftOut()).isEqualTo(3);
        // Spark writes NaN as text, CSV every number.
        assertThat(read(ALL, beside(List.of("a", "b", "c"), "1.5", "NaN", "2")).parts())
                .containsExactly(pair("#2-0", "c", "a"));
    }

    @Test
    void scoresThatDoNotGoWithTheAnswersAreRejected() {
        rejected(
                beside(List.of("a", "b", "c"), 1, 2),
                RejectionReason.BAD_SCORES,
                "2 scores stand beside 3 completions");
        rejected(
                beside(List.of("a", "b"), 1, "high"),
                RejectionReason.BAD_SCORES,
                "1 completions have a text and a score, 2 are needed");
        rejected(Map.of("prompt", "p", "completions", "a"), RejectionReason.WRONG_TYPE, "completions is not a list");
        Map<String, Object> single = Map.of("prompt", "p", "completions", List.of("a", "b"), "scores", 1);
        rejected(single, RejectionReason.WRONG_TYPE, "scores is not a list");
        rejected(
                Map.of("completions", List.of("a", "b"), "scores", List.of(1, 2)),
                RejectionReason.MISSING_COLUMN,
                "prompt is absent or null");
    }

    @Test
    void aRowWithMorePairsThanAnybodyRankedIsRejected() {
        Object[] scores = new Object[142];
        Arrays.setAll(scores, i -> i);
        rejected(
                beside(java.util.Collections.nCopies(142, "a"), scores),
                RejectionReason.TOO_MANY_COMPLETIONS,
                "142 completions have a score, and data.pairs = all takes 10000 pairs of a row at most");
    }

    @Test
    void wholeConversationsAreAnswersToo() throws RowRejection {
        List<Object> good = List.of(said("human", "Sky?"), said("gpt", "Blue."));
        List<Object> bad = List.of(said("human", "Sky?"), said("gpt", "Red."));
        Map<String, Object> row = Map.of(
                "completions", List.of(Map.of("messages", bad, "score", 1), Map.of("messages", good, "score", 2)));
        assertThat(read(RowSettings.DEFAULT, row).parts())
                .extracting(RowPart::passage)
                .containsExactly(new Passage.Chat(
                        Conversation.of("user", "Sky?"),
                        List.of(Conversation.of("assistant", "Blue."), Conversation.of("assistant", "Red."))));
    }

    @Test
    void ktoTakesTheBestAndTheWorstOrEveryAnswerByItsScore() throws RowRejection {
        Map<String, Object> row = beside(List.of("a", "b", "c"), 2, 4, 1);
        assertThat(read(TrainingStage.KTO, RowSettings.DEFAULT, Map.of(), row).parts())
                .containsExactly(verdict("#1", "b", true), verdict("#2", "c", false));
        RowSettings threshold = new RowSettings(null, PairPolicy.BEST_WORST, 0, 2.0);
        assertThat(read(TrainingStage.KTO, threshold, Map.of(), row).parts())
                .containsExactly(verdict("#0", "a", true), verdict("#1", "b", true), verdict("#2", "c", false));
        assertThat(read(TrainingStage.KTO, threshold, Map.of(), beside(List.of("a"), 2))
                        .parts())
                .containsExactly(verdict("#0", "a", true));
    }

    @Test
    void ktoTakesAPairApart() throws RowRejection {
        Map<String, Object> row = Map.of("prompt", "p", "chosen", "a", "rejected", "b");
        assertThat(read(TrainingStage.KTO, RowSettings.DEFAULT, Map.of(), row).parts())
                .containsExactly(verdict("#chosen", "a", true), verdict("#rejected", "b", false));
        Map<String, Object> transcripts = Map.of(
                "chosen", "\n\nHuman: Sky?\n\nAssistant: Blue.", "rejected", "\n\nHuman: Sky?\n\nAssistant: Red.");
        assertThat(read(TrainingStage.KTO, RowSettings.DEFAULT, Map.of(), transcripts)
                        .parts())
                .extracting(RowPart::passage)
                .containsExactly(
                        new Passage.Plain("\n\nHuman: Sky?\n\nAssistant:", List.of(" Blue.")),
                        new Passage.Plain("\n\nHuman: Sky?\n\nAssistant:", List.of(" Red.")));
        assertThatThrownBy(() -> read(
                        TrainingStage.KTO,
                        RowSettings.DEFAULT,
                        Map.of(),
                        Map.of("prompt", "p", "chosen", "a", "rejected", "a")))
                .isInstanceOf(RowRejection.class)
                .hasMessage("chosen and rejected are the same");
    }

    @Test
    void aLabelComesBeforeAPairAndAPairBeforeScoresUnlessOneIsInsistedOn() throws RowRejection {
        Map<String, Object> row = new HashMap<>(beside(List.of("x", "y"), 1, 2));
        row.putAll(Map.of("chosen", "a", "rejected", "b", "completion", "c", "label", true));
        assertThat(shape(TrainingStage.KTO, null, row)).isEqualTo(RowShape.LABEL);
        assertThat(shape(TrainingStage.KTO, RowShape.PAIR, row)).isEqualTo(RowShape.PAIR);
        assertThat(shape(TrainingStage.DPO, null, row)).isEqualTo(RowShape.PAIR);
        assertThat(shape(TrainingStage.DPO, RowShape.SCORES, row)).isEqualTo(RowShape.SCORES);
        row.keySet().removeAll(List.of("label", "chosen"));
        assertThat(shape(TrainingStage.KTO, null, row)).isEqualTo(RowShape.SCORES);
        assertThat(shape(TrainingStage.DPO, RowShape.PAIR, row)).isNull();
        rejected(
                new RowSettings(RowShape.PAIR, PairPolicy.ALL, 0, null),
                row,
                RejectionReason.MISSING_COLUMN,
                "chosen is absent or null");
    }

    private static @Nullable RowShape shape(TrainingStage stage, @Nullable RowShape only, Map<String, Object> row) {
        RowSettings settings = new RowSettings(only, PairPolicy.ALL, 0, null);
        return reader(stage, settings, Map.of()).familiar(new RawRow("r", row)).shape();
    }

    private static void rejected(Map<String, Object> row, RejectionReason reason, String detail) {
        rejected(ALL, row, reason, detail);
    }

    private static void rejected(RowSettings settings, Map<String, Object> row, RejectionReason reason, String detail) {
        assertThatThrownBy(() -> read(settings, row))
                .isInstanceOfSatisfying(
                        RowRejection.class,
                        rejection ->
                                assertThat(rejection.of("r")).isEqualTo(new RowOutcome.Rejected("r", reason, detail)));
    }

    private static RowParts read(RowSettings settings, Map<String, Object> row) throws RowRejection {
        return read(TrainingStage.DPO, settings, Map.of(), row);
    }

    private static RowParts read(
            TrainingStage stage, RowSettings settings, Map<String, String> names, Map<String, Object> row)
            throws RowRejection {
        RowReader reader = reader(stage, settings, names);
        return reader.read(reader.familiar(new RawRow("r", row)));
    }

    private static RowReader reader(TrainingStage stage, RowSettings settings, Map<String, String> names) {
        return new RowReader(stage, new Columns(names), settings);
    }

    private static Map<String, Object> beside(List<?> answers, @Nullable Object... scores) {
        return Map.of("prompt", "p", "completions", answers, "scores", Arrays.asList(scores));
    }

    private static RowPart pair(String suffix, String chosen, String rejected) {
        return new RowPart(suffix, passage(chosen, rejected), List.of(CompletionRole.CHOSEN, CompletionRole.REJECTED));
    }

    private static RowPart verdict(String suffix, String answer, boolean desirable) {
        return new RowPart(
                suffix,
                new Passage.Plain("p", List.of(answer)),
                List.of(desirable ? CompletionRole.DESIRABLE : CompletionRole.UNDESIRABLE));
    }

    /** The instruction of Nectar's and others' rows stays text under the name prompt. */
    private static Passage passage(String... answers) {
        return new Passage.Plain("p", List.of(answers));
    }

    private static Map<String, Object> said(String from, String value) {
        return Map.of("from", from, "value", value);
    }
}

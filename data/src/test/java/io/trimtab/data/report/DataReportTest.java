package io.trimtab.data.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.DataException;
import io.trimtab.data.Example;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowNote;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.rows.Columns;
import io.trimtab.data.rows.DataFormat;
import io.trimtab.data.rows.DataSource;
import io.trimtab.data.rows.RowOrigin;
import io.trimtab.data.rows.RowOutcomes;
import io.trimtab.data.rows.RowSettings;
import io.trimtab.data.rows.TakenShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DataReportTest {
    private static final DataSource PAIRS = new DataSource(DataFormat.JSON, "pairs.jsonl", Map.of("chosen", "better"));

    private static final RowOutcome DESIRABLE = kept(CompletionRole.DESIRABLE, Set.of());
    private static final RowOutcome UNDESIRABLE = kept(CompletionRole.UNDESIRABLE, Set.of(RowNote.EMPTY_PROMPT));
    private static final RowOutcome REJECTED = new RowOutcome.Rejected("r", RejectionReason.BAD_LABEL, "label is odd");
    private static final RowOutcome TOO_LONG = new RowOutcome.TooLong("t", 99);

    @Test
    void countsEveryOutcomeOnce() {
        Map<String, Object> map =
                report(DESIRABLE, DESIRABLE, UNDESIRABLE, REJECTED, TOO_LONG).toMap();
        assertThat(map.remove("lengths")).isInstanceOf(Map.class);
        assertThat(map)
                .containsExactly(
                        Map.entry("read", 5L),
                        Map.entry("made", 5L),
                        Map.entry("kept", 3L),
                        Map.entry("over_length", 1L),
                        Map.entry("rejected", Map.of("bad-label", 1L)),
                        Map.entry("rejected_examples", Map.of("bad-label", List.of("r"))),
                        Map.entry("shape", List.of()),
                        Map.entry("notes", Map.of("empty-prompt", 1L)),
                        // Prompt 2 + completion 3, three times.
                        Map.entry("tokens", 15L),
                        Map.entry("packed_tokens", 15L),
                        Map.entry("cut_tokens", 0L),
                        Map.entry("longest", 5),
                        Map.entry("desirable", 2L),
                        Map.entry("undesirable", 1L));
    }

    @Test
    void partsAddUpToTheWholeInAnyOrder() {
        DataReport whole = report(DESIRABLE, REJECTED, UNDESIRABLE, TOO_LONG, REJECTED);
        DataReport a = report(DESIRABLE, REJECTED);
        DataReport b = report(UNDESIRABLE, TOO_LONG, REJECTED);
        assertThat(a.plus(b)).isEqualTo(whole);
        assertThat(b.plus(a).plus(DataReport.EMPTY)).isEqualTo(whole);
    }

    @Test
    void anEmptyTableIsRefused() {
        refused(DataReport.EMPTY, TrainingStage.DPO, "pairs.jsonl: it has no rows");
    }

    @Test
    void tooManyRejectionsAreRefusedWithTheirReasons() {
        DataReport report = report(DESIRABLE, UNDESIRABLE, DESIRABLE, REJECTED);
        assertThatCode(() -> report.requireTrainable(PAIRS, TrainingStage.KTO, 0.25))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> report.requireTrainable(PAIRS, TrainingStage.KTO, 0.2))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("1 of 4 rows are rejected (bad-label: 1; for example r)")
                .hasMessageContaining("data.max-rejected-share allows 0.2");
    }

    @Test
    void rowsThatAreTooLongAreNotCountedAsRejectedButSomethingMustBeLeft() {
        assertThatCode(() -> report(DESIRABLE, UNDESIRABLE, TOO_LONG, TOO_LONG, TOO_LONG)
                        .requireTrainable(PAIRS, TrainingStage.KTO, 0.1))
                .doesNotThrowAnyException();
        refused(report(TOO_LONG), TrainingStage.DPO, "data.max-length");
    }

    @Test
    void ktoNeedsBothClassesAndMoreThanOnePrompt() {
        refused(report(DESIRABLE, DESIRABLE), TrainingStage.KTO, "all 2 rows are desirable");
        refused(report(UNDESIRABLE), TrainingStage.KTO, "all 1 rows are undesirable");
        Set<RowNote> alone = Set.of(RowNote.WITHOUT_MISMATCH);
        refused(
                report(kept(CompletionRole.DESIRABLE, alone), kept(CompletionRole.UNDESIRABLE, alone)),
                TrainingStage.KTO,
                "all rows share one prompt");
    }

    @Test
    void namesInFilesAreStable() {
        assertThat(List.of(RejectionReason.values()))
                .extracting(RejectionReason::key)
                .containsExactly(
                        "not-utf8",
                        "malformed-json",
                        "malformed-csv",
                        "field-count",
                        "duplicate-key",
                        "missing-column",
                        "row-too-large",
                        "wrong-type",
                        "malformed-messages",
                        "empty-completion",
                        "identical-completions",
                        "different-prompts",
                        "no-assistant-turn",
                        "bad-label",
                        "bad-scores",
                        "too-many-completions",
                        "template-error",
                        "special-token",
                        "empty-text",
                        "tokenizer-error");
        assertThat(List.of(RowNote.values()))
                .extracting(RowNote::key)
                .containsExactly(
                        "boundary-inside-prompt",
                        "prompt-rendered-otherwise",
                        "empty-prompt",
                        "completion-truncated",
                        "eos-cut",
                        "prompt-truncated",
                        "without-mismatch",
                        "mismatch-truncated",
                        "special-tokens-in-content",
                        "content-parts-joined",
                        "turn-not-found",
                        "system-not-used");
    }

    @Test
    void theReadmeListsEveryReasonAndEveryNote() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        for (RejectionReason reason : RejectionReason.values()) {
            assertThat(readme).contains("| `" + reason.key() + "` |");
        }
        for (RowNote note : RowNote.values()) {
            assertThat(readme).contains("`" + note.key() + "`");
        }
    }

    @Test
    void whatRowsWereTakenForAddsUpOverParts() {
        TakenShape pair = new TakenShape("pair", "strings", List.of("prompt", "chosen", "rejected"));
        DataTally a = new DataTally();
        a.addRow(new RowOrigin(pair, 0, 0));
        a.addRow(new RowOrigin(TakenShape.unknown(List.of("x", "y")), 0, 0));
        DataTally b = new DataTally();
        b.addRow(new RowOrigin(pair, 2, 1));
        b.addRow(new RowOrigin(TakenShape.unknown(List.of("x", "a")), 0, 0));
        b.addRow(RowOrigin.UNREAD);
        DataReport whole = a.report().plus(b.report());
        assertThat(whole.shapes().lines())
                .containsExactly(
                        "pair of strings from prompt, chosen, rejected: 2 rows",
                        "no known shape, with columns a, x, y: 2 rows");
        assertThat(whole.read()).isEqualTo(5);
        assertThat(whole.scores()).isEqualTo(new TiedScores(0, 2, 1));
        assertThat(b.report().plus(a.report())).isEqualTo(whole);
    }

    @Test
    void scoresThatAreAllTiedAreRefusedWithTheirNumber() {
        refused(
                report(new RowOutcome.Tied("a"), new RowOutcome.Tied("b")),
                TrainingStage.DPO,
                "in 2 of 2 rows no completion is better than another");
    }

    @Test
    void aTableWithoutTheColumnsOfItsStageIsRefusedByTheirNames() {
        Columns columns = new Columns(Map.of("chosen", "good"));
        assertThatThrownBy(() -> columns.requireIn(
                        List.of("good", "question"),
                        TrainingStage.DPO,
                        RowSettings.DEFAULT,
                        "pairs.parquet",
                        "evaluation.data"))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "Cannot read pairs.parquet: it has the columns good, question, which fit no shape of stage dpo:"
                                + " pair (prompt, good (chosen), rejected); scores (prompt, completions that hold completion and"
                                + " score or rank each, or have scores or ranks beside them);"
                                + " map yours with evaluation.data.columns { rejected = … }");
        assertThatCode(() -> columns.requireIn(
                        List.of("good", "rejected"),
                        TrainingStage.DPO,
                        RowSettings.DEFAULT,
                        "pairs.parquet",
                        "data.train"))
                .doesNotThrowAnyException();
        assertThatCode(() -> columns.requireIn(
                        List.of("messages", "label"),
                        TrainingStage.KTO,
                        RowSettings.DEFAULT,
                        "rows.parquet",
                        "data.train"))
                .doesNotThrowAnyException();
    }

    private static void refused(DataReport report, TrainingStage stage, String words) {
        assertThatThrownBy(() -> report.requireTrainable(PAIRS, stage, 0.5))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(words);
    }

    @Test
    void theMostFrequentReasonsComeFirstWithThreeOfTheirRows() {
        RowOutcome[] outcomes = new RowOutcome[12];
        for (int i = 0; i < outcomes.length; i++) {
            outcomes[i] = new RowOutcome.Rejected(
                    "t.jsonl:" + (12 - i), i < 2 ? RejectionReason.NOT_UTF8 : RejectionReason.WRONG_TYPE, "");
        }
        assertThatThrownBy(() -> report(outcomes).requireTrainable(PAIRS, TrainingStage.DPO, 0.5))
                .hasMessageContaining(
                        "12 of 12 rows are rejected (wrong-type: 10, not-utf8: 2; for example t.jsonl:1, t.jsonl:2, t.jsonl:3)");
    }

    @Test
    void anIdAsLongAsADocumentIsNotRepeatedInFull() {
        RowOutcome row = new RowOutcome.Rejected("x".repeat(5000), RejectionReason.NOT_UTF8, "");
        assertThatThrownBy(() -> report(row).requireTrainable(PAIRS, TrainingStage.DPO, 0))
                .satisfies(error -> assertThat(error.getMessage()).hasSizeLessThan(500));
    }

    @Test
    void aDamagedColumnNameIsShownWithoutWhatATerminalObeys() {
        DataTally tally = new DataTally();
        tally.addRow(new RowOrigin(TakenShape.unknown(List.of("ch\u001B[31mosen", "re\u200Bjected")), 0, 0));
        assertThat(tally.report().shapes().lines())
                .containsExactly("no known shape, with columns ch\\u001b[31mosen, re\\u200bjected: 1 rows");
    }

    private static DataReport withoutColumn(int rows) {
        DataTally tally = new DataTally();
        RowOrigin origin = new RowOrigin(TakenShape.unknown(List.of("id", "question")), 0, 0);
        for (int i = 0; i < rows; i++) {
            RowOutcome outcome = new RowOutcome.Rejected("r" + i, RejectionReason.MISSING_COLUMN, "");
            tally.add(new RowOutcomes(origin, List.of(outcome)));
        }
        return tally.report();
    }

    private static DataReport report(RowOutcome... outcomes) {
        DataTally tally = new DataTally();
        for (RowOutcome outcome : outcomes) {
            tally.add(RowOutcomes.unread(outcome));
        }
        return tally.report();
    }

    private static RowOutcome kept(CompletionRole role, Set<RowNote> notes) {
        Completion completion = new Completion(new int[] {7, 8, 2}, role);
        return new RowOutcome.Kept(new Example("k", new int[] {1, 5}, List.of(completion)), notes);
    }

    @Test
    void tableWithoutAColumnIsRefusedByTheUsersOwnName() {
        DataReport report = withoutColumn(3);

        assertThatThrownBy(() -> report.requireTrainable(PAIRS, TrainingStage.DPO, 1.0))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "Cannot train on pairs.jsonl: it has the columns id, question, which fit no shape of stage dpo:"
                                + " pair (prompt, better (chosen), rejected); scores (prompt, completions that hold completion"
                                + " and score or rank each, or have scores or ranks beside them);"
                                + " map yours with data.train.columns { chosen = … }");
    }

    @Test
    void tableOfATestIsRefusedByItsOwnKeyAndNotForWhatOnlyTrainingNeeds() {
        DataReport report = withoutColumn(3);

        assertThatThrownBy(() -> report.requireMeasurable("evaluation.tests.sums", PAIRS, TrainingStage.SFT, 1.0))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        "Cannot evaluate on pairs.jsonl: it has the columns id, question, which fit no shape")
                .hasMessageEndingWith("; set another evaluation.tests.sums.path or kind");
        assertThatThrownBy(() -> DataReport.EMPTY.requireMeasurable("evaluation.data", PAIRS, TrainingStage.DPO, 1.0))
                .hasMessageEndingWith("it has no rows; check evaluation.data.path");
        assertThatCode(() -> report(DESIRABLE).requireMeasurable("evaluation.data", PAIRS, TrainingStage.KTO, 0))
                .doesNotThrowAnyException();
    }
}

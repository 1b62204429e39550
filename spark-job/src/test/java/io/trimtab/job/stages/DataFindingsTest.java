package io.trimtab.job.stages;

import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.data.Completion;
import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.RowNote;
import io.trimtab.data.RowOutcome;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.plan.PaddedBatches;
import io.trimtab.data.report.ClassBalance;
import io.trimtab.data.report.DataReport;
import io.trimtab.data.report.DataTally;
import io.trimtab.data.rows.RowOrigin;
import io.trimtab.data.rows.RowOutcomes;
import io.trimtab.data.rows.TakenShape;
import io.trimtab.job.spark.prepare.Overlap;
import io.trimtab.job.spark.prepare.RepeatedRows;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class DataFindingsTest {
    private static final RepeatedRows NOTHING = new RepeatedRows(0, 0, 1, 0, 0, 0);

    @Test
    void aSoundTableHasNoAdvice() {
        DataFindings findings =
                new DataFindings(TrainingStage.DPO, pairs(50, 50), NOTHING, List.of(), null, heldOut(0, 0));
        assertThat(findings.advice()).isEmpty();
        assertThat(findings.toMap())
                .containsEntry("duplicates", 0L)
                .extractingByKey("evaluation", InstanceOfAssertFactories.MAP)
                .containsEntry("rows", 20L)
                .containsEntry("prompts_in_train", 0L)
                .containsEntry("rows_in_train", 0L)
                .containsEntry("read", 2L)
                .containsEntry("rejected", Map.of("bad-label", 1L))
                .containsEntry("rejected_examples", Map.of("bad-label", List.of("a\u001b[31m")))
                .containsEntry("shape", pairs("strings", List.of("chosen", "rejected"), 2L));
    }

    @Test
    void rejectedRowsOfTheEvaluationTableAreNamedAndObeyedByNoTerminal() {
        assertThat(heldOut(0, 0).lines())
                .containsExactly(
                        "1 of 2 examples kept, 1 rejected, 0 over max-length",
                        "rejected: bad-label: 1; for example a\\u001b[31m");
    }

    private static HeldOut heldOut(long prompts, long contents) {
        DataTally tally = new DataTally();
        TakenShape pair = new TakenShape("pair", "strings", List.of("chosen", "rejected"));
        RowOutcome desirable = kept(new Completion(new int[3], CompletionRole.DESIRABLE), Set.of());
        RowOutcome rejected = new RowOutcome.Rejected("a\u001b[31m", RejectionReason.BAD_LABEL, "");
        tally.add(new RowOutcomes(new RowOrigin(pair, 0, 0), List.of(desirable)));
        tally.add(new RowOutcomes(new RowOrigin(pair, 0, 0), List.of(rejected)));
        return new HeldOut(tally.report(), new Overlap(20, prompts, contents));
    }

    @Test
    void whatStandsOutIsSaidWithItsNumbers() {
        DataFindings findings = new DataFindings(
                TrainingStage.DPO, pairs(90, 30), new RepeatedRows(3, 7, 4, 5, 2, 4), List.of(), null, heldOut(6, 1));
        assertThat(findings.advice())
                .containsExactly(
                        "4 rows contradict each other: 2 pairs are there with chosen and rejected swapped, too",
                        "5 rows repeat another one; they count as often as they are there",
                        "3 rows have an id that another row has as well; ids are meant to find a row again",
                        "6 of 20 rows of evaluation.data have a prompt that is trained on, 1 with the same answers;"
                                + " what is measured on them is not held out",
                        "length bias: the longer answer is the chosen one in 75 % of the pairs of unequal length;"
                                + " expect longer answers");
    }

    @Test
    void unbalancedClassesComeWithTheWeightsThatBalanceThem() {
        DataTally tally = new DataTally();
        tally.addOutcome(kept(new Completion(new int[3], CompletionRole.DESIRABLE), Set.of(RowNote.WITHOUT_MISMATCH)));
        DataFindings findings = new DataFindings(
                TrainingStage.KTO, tally.report(), NOTHING, List.of(), new ClassBalance(300, 100, 1, 1), null);
        assertThat(findings.advice())
                .containsExactly(
                        "1 rows have no mismatched completion, as no row of another prompt was there to lend one;"
                                + " z0 is estimated without them",
                        "classes are out of balance: 300 desirable, 100 undesirable rows, weighted ratio 3.00 outside 1 to 4/3;"
                                + " set loss.desirable-weight to 0.333 … 0.444, or loss.undesirable-weight to 2.25 … 3.0");
    }

    @Test
    void whatTheRowsWereTakenForIsSaidFirst() {
        DataTally tally = new DataTally();
        TakenShape pair = new TakenShape("pair", "messages", List.of("conversations", "chosen", "rejected"));
        RowOutcome desirable = kept(new Completion(new int[3], CompletionRole.DESIRABLE), Set.of());
        RowOutcome undesirable = kept(new Completion(new int[3], CompletionRole.UNDESIRABLE), Set.of());
        tally.add(new RowOutcomes(new RowOrigin(pair, 0, 0), List.of(desirable, undesirable)));
        DataFindings findings = new DataFindings(TrainingStage.KTO, tally.report(), NOTHING, List.of(), null, null);
        assertThat(findings.lines())
                .startsWith(
                        "shape: pair of messages from conversations, chosen, rejected: 1 rows",
                        "a pair is taken apart for stage kto: chosen is a desirable answer, rejected an undesirable one",
                        "1 rows stand for 2 examples",
                        "2 of 2 examples kept, 0 rejected, 0 over max-length, 0 duplicates; longest 5 tokens");
        assertThat(findings.toMap())
                .containsEntry("read", 1L)
                .containsEntry("made", 2L)
                .containsEntry("shape", pairs("messages", List.of("conversations", "chosen", "rejected"), 1L));
    }

    @Test
    void paddingIsComparedWithTheUsefulTokens() {
        // 100 pairs of 2 + 3 and 2 + 1 tokens: 800 useful tokens.
        DataFindings findings = new DataFindings(
                TrainingStage.DPO, pairs(100, 0), NOTHING, List.of(new PaddedBatches(8, 1000)), null, null);
        assertThat(findings.toMap().get("padding"))
                .isEqualTo(List.of(Map.of("rows_per_batch", 8, "tokens", 1000L, "share", 0.2)));
    }

    private static DataReport pairs(int longerChosen, int longerRejected) {
        DataTally tally = new DataTally();
        for (int i = 0; i < longerChosen + longerRejected; i++) {
            tally.addOutcome(kept(i < longerChosen ? 3 : 1, i < longerChosen ? 1 : 3));
        }
        return tally.report();
    }

    private static RowOutcome kept(int chosen, int rejected) {
        return new RowOutcome.Kept(
                new Example(
                        "p",
                        new int[2],
                        List.of(
                                new Completion(new int[chosen], CompletionRole.CHOSEN),
                                new Completion(new int[rejected], CompletionRole.REJECTED))),
                Set.of());
    }

    private static RowOutcome kept(Completion completion, Set<RowNote> notes) {
        return new RowOutcome.Kept(new Example("k", new int[2], List.of(completion)), notes);
    }

    private static List<Map<String, Object>> pairs(String of, List<String> columns, long rows) {
        return List.of(Map.of("shape", "pair", "of", of, "columns", columns, "rows", rows));
    }
}

package io.trimtab.job.stages;

import io.trimtab.data.RowNote;
import io.trimtab.data.TrainingStage;
import io.trimtab.data.plan.PaddedBatches;
import io.trimtab.data.report.ClassBalance;
import io.trimtab.data.report.DataReport;
import io.trimtab.data.rows.RowShape;
import io.trimtab.job.spark.prepare.Overlap;
import io.trimtab.job.spark.prepare.RepeatedRows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was found out about the training table, as data-report.json has it and as sentences on what may be wrong. Figures only:
 * nothing of it quotes a row.
 *
 * @param padding for rising numbers of rows in a padded batch; empty where nothing was kept
 * @param balance null where the stage has no classes, or the table only one
 * @param evaluation null where there is no evaluation table
 */
record DataFindings(
        TrainingStage stage,
        DataReport report,
        RepeatedRows repeated,
        List<PaddedBatches> padding,
        @Nullable ClassBalance balance,
        @Nullable HeldOut evaluation) {
    /** Above these shares a finding is worth a sentence. */
    private static final double MUCH = 0.01;

    private static final double BIASED = 0.6;
    private static final long PAIRS_THAT_SHOW_BIAS = 50;

    DataFindings {
        padding = List.copyOf(padding);
    }

    /** Under the names of data-report.json. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>(report.toMap());
        map.put("duplicates", repeated.duplicates());
        map.put("repeated", repeated.toMap());
        if (!padding.isEmpty()) {
            map.put("padding", padding.stream().map(this::padded).toList());
        }
        if (balance != null) {
            map.put("classes", balance.toMap());
        }
        if (evaluation != null) {
            map.put("evaluation", evaluation.toMap());
        }
        map.put("advice", advice());
        return map;
    }

    private Map<String, Object> padded(PaddedBatches batches) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("rows_per_batch", batches.rowsPerBatch());
        map.put("tokens", batches.tokens());
        map.put("share", Math.round(batches.share(report.usefulTokens()) * 1e4) / 1e4);
        return map;
    }

    /** All of it for people, a line each. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        report.shapes().lines().forEach(line -> lines.add("shape: " + line));
        if (unpairs()) {
            lines.add("a pair is taken apart for stage kto: chosen is a desirable answer, rejected an undesirable one");
        }
        boolean single = report.made() == report.read();
        if (!single) {
            lines.add(report.read() + " rows stand for " + report.made() + " examples");
        }
        lines.add(report.kept() + " of " + report.made() + (single ? " rows" : " examples") + " kept, "
                + report.rejectedRows() + " rejected, "
                + report.overLength() + " over max-length, " + repeated.duplicates() + " duplicates; longest "
                + report.longest() + " tokens");
        if (report.scores().any()) {
            lines.add(report.scores().line());
        }
        if (report.rejectedRows() > 0) {
            lines.add("rejected: " + report.rejections().reasons() + "; for example "
                    + report.rejections().someIds());
        }
        if (!padding.isEmpty()) {
            PaddedBatches widest = padding.get(padding.size() - 1);
            lines.add(String.format(
                    Locale.ROOT,
                    "%d useful tokens; padded batches of %d rows would be %.0f %% padding",
                    report.usefulTokens(),
                    widest.rowsPerBatch(),
                    100 * widest.share(report.usefulTokens())));
        }
        lines.addAll(advice());
        return lines;
    }

    private boolean unpairs() {
        return stage == TrainingStage.KTO && report.shapes().has(RowShape.PAIR);
    }

    /** What a user may want to change, most serious first; empty where nothing stands out. */
    List<String> advice() {
        List<String> advice = new ArrayList<>();
        repetitions(advice);
        overlap(advice);
        losses(advice);
        if (balance != null && !balance.isBalanced()) {
            advice.add(String.format(
                    Locale.ROOT,
                    "classes are out of balance: %d desirable, %d undesirable rows, weighted ratio %.3g outside 1 to 4/3;"
                            + " set loss.desirable-weight to %s … %s, or loss.undesirable-weight to %s … %s",
                    balance.desirable(),
                    balance.undesirable(),
                    balance.ratio(),
                    balance.desirableWeights().get(0),
                    balance.desirableWeights().get(1),
                    balance.undesirableWeights().get(0),
                    balance.undesirableWeights().get(1)));
        }
        double share = report.statistics().bias().share();
        if (report.statistics().bias().unequal() >= PAIRS_THAT_SHOW_BIAS && Math.max(share, 1 - share) > BIASED) {
            advice.add(String.format(
                    Locale.ROOT,
                    "length bias: the %s answer is the chosen one in %.0f %% of the pairs of unequal length; expect %s answers",
                    share > 0.5 ? "longer" : "shorter",
                    100 * Math.max(share, 1 - share),
                    share > 0.5 ? "longer" : "shorter"));
        }
        return advice;
    }

    private void repetitions(List<String> advice) {
        if (repeated.contradictions() > 0) {
            advice.add(repeated.contradictoryRows() + " rows contradict each other: " + repeated.contradictions()
                    + (stage == TrainingStage.KTO
                            ? " answers are both desirable and undesirable"
                            : " pairs are there with chosen and rejected swapped, too"));
        }
        if (repeated.duplicates() > MUCH * report.kept()) {
            advice.add(repeated.duplicates() + " rows repeat another one; they count as often as they are there");
        }
        if (repeated.ids() > 0) {
            advice.add(repeated.ids()
                    + " rows have an id that another row has as well; ids are meant to find a row again");
        }
    }

    private void overlap(List<String> advice) {
        if (evaluation == null || stage == TrainingStage.PRETRAIN) {
            return;
        }
        Overlap overlap = evaluation.overlap();
        if (overlap.prompts() > 0) {
            advice.add(overlap.prompts() + " of " + overlap.rows()
                    + " rows of evaluation.data have a prompt that is trained on, " + overlap.contents()
                    + " with the same answers; what is measured on them is not held out");
        }
    }

    private void losses(List<String> advice) {
        if (report.overLength() > MUCH * report.made()) {
            advice.add(report.overLength() + " of " + report.made()
                    + " rows are left out for their length, see over_length;"
                    + " raise data.max-length or choose another data.over-length");
        }
        if (report.statistics().cutTokens() > MUCH * report.usefulTokens()) {
            advice.add(report.statistics().cutTokens() + " tokens are cut off, beside " + report.usefulTokens()
                    + " that are kept; raise data.max-length");
        }
        long merged = report.notes().getOrDefault(RowNote.BOUNDARY_INSIDE_PROMPT, 0L);
        if (merged > MUCH * report.kept()) {
            advice.add(
                    "in " + merged + " rows the completion begins inside the prompt's text, because a token spans the"
                            + " border or the chat template shows an answered prompt otherwise");
        }
        long unused = report.notes().getOrDefault(RowNote.SYSTEM_NOT_USED, 0L);
        if (unused > 0) {
            advice.add(unused
                    + " rows have a system text beside a prompt of plain text, which is used byte for byte: they are"
                    + " trained without it; give the prompt as messages, or write the system text into it");
        }
        long without = report.notes().getOrDefault(RowNote.WITHOUT_MISMATCH, 0L);
        if (without > 0) {
            advice.add(
                    without + " rows have no mismatched completion, as no row of another prompt was there to lend one;"
                            + " z0 is estimated without them");
        }
    }
}

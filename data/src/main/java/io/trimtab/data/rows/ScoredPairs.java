package io.trimtab.data.rows;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.RejectionReason;
import io.trimtab.data.TrainingStage;
import java.util.ArrayList;
import java.util.List;

/** The examples that a row of scored answers stands for, by {@code data.pairs}, {@code data.score-margin} and {@code data.score-threshold}. */
final class ScoredPairs {
    /** All pairs of 141 answers; a row of more is no ranking that anybody made, and its examples would fill a task's memory. */
    private static final int MOST_PAIRS = 10_000;

    private final RowSettings settings;
    private final boolean unpaired;

    ScoredPairs(RowSettings settings, TrainingStage stage) {
        this.settings = settings;
        this.unpaired = stage == TrainingStage.KTO;
    }

    void requireEnough(ScoredAnswers answers) throws RowRejection {
        int needed = labels() ? 1 : 2;
        if (answers.size() < needed) {
            throw new RowRejection(
                    RejectionReason.BAD_SCORES,
                    answers.size() + " completions have a text and a score, " + needed + " are needed");
        }
        if (pairsAll() && (long) answers.size() * (answers.size() - 1) / 2 > MOST_PAIRS) {
            throw new RowRejection(
                    RejectionReason.TOO_MANY_COMPLETIONS,
                    answers.size() + " completions have a score, and data.pairs = all takes " + MOST_PAIRS
                            + " pairs of a row at most");
        }
    }

    /** @param passage with the answers as its completions */
    RowParts parts(ScoredAnswers answers, Passage passage) {
        List<RowPart> parts = new ArrayList<>();
        int tied = 0;
        if (labels()) {
            double threshold = settings.scoreThreshold() == null ? 0 : settings.scoreThreshold();
            for (int i = 0; i < answers.size(); i++) {
                parts.add(verdict(answers, passage, i, answers.scores().get(i) >= threshold));
            }
        } else if (pairsAll()) {
            for (int i = 0; i < answers.size(); i++) {
                for (int j = i + 1; j < answers.size(); j++) {
                    tied += addPair(answers, passage, i, j, parts) ? 0 : 1;
                }
            }
        } else {
            int best = extreme(answers, 1);
            int worst = extreme(answers, -1);
            tied = addPair(answers, passage, best, worst, parts) ? 0 : 1;
        }
        return new RowParts(parts, tied, answers.leftOut());
    }

    private boolean labels() {
        return unpaired && settings.scoreThreshold() != null;
    }

    /** KTO takes the best and the worst: in all pairs an answer in the middle would be liked and disliked. */
    private boolean pairsAll() {
        return !unpaired && settings.pairs() == PairPolicy.ALL;
    }

    private static int extreme(ScoredAnswers answers, int sign) {
        int extreme = 0;
        for (int i = 1; i < answers.size(); i++) {
            if (sign * answers.scores().get(i) > sign * answers.scores().get(extreme)) {
                extreme = i;
            }
        }
        return extreme;
    }

    private boolean addPair(ScoredAnswers answers, Passage passage, int a, int b, List<RowPart> parts) {
        double difference = answers.scores().get(a) - answers.scores().get(b);
        if (difference == 0 || Math.abs(difference) < settings.scoreMargin()) {
            return false;
        }
        int chosen = difference > 0 ? a : b;
        int rejected = difference > 0 ? b : a;
        if (unpaired) {
            parts.add(verdict(answers, passage, chosen, true));
            parts.add(verdict(answers, passage, rejected, false));
        } else {
            parts.add(new RowPart(
                    "#" + answers.positions().get(chosen) + "-"
                            + answers.positions().get(rejected),
                    passage.only(chosen, rejected),
                    List.of(CompletionRole.CHOSEN, CompletionRole.REJECTED)));
        }
        return true;
    }

    private static RowPart verdict(ScoredAnswers answers, Passage passage, int answer, boolean desirable) {
        return new RowPart(
                "#" + answers.positions().get(answer),
                passage.only(answer),
                List.of(desirable ? CompletionRole.DESIRABLE : CompletionRole.UNDESIRABLE));
    }
}

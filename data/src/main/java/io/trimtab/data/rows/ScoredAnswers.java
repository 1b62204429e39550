package io.trimtab.data.rows;

import io.trimtab.data.RejectionReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answers of a row that have a text and a score, the higher the better. A rank, the lower the better, counts as its negative.
 *
 * @param answers strings or messages
 * @param scores as many, finite
 * @param positions of the answers in the row's list, from 0
 * @param leftOut answers of the row without a text or a finite score
 */
record ScoredAnswers(List<Object> answers, List<Double> scores, List<Integer> positions, int leftOut) {
    /** What UltraFeedback, Nectar, distilabel and others call an answer and its score. */
    private static final List<String> TEXTS =
            List.of("response", "answer", "text", "output", "generation", "content", "messages", "conversations");

    private static final List<String> SCORES = List.of("overall_score", "rating", "reward");

    /** @throws RowRejection if the row has no list of answers, or scores that do not go with them */
    static ScoredAnswers of(FamiliarRow row, Columns columns) throws RowRejection {
        if (!(row.value(Columns.COMPLETIONS) instanceof List<?> elements)) {
            throw new RowRejection(RejectionReason.WRONG_TYPE, columns.inTable(Columns.COMPLETIONS) + " is not a list");
        }
        List<?> scores = beside(row, Columns.SCORES, columns, elements.size());
        List<?> ranks = scores == null ? beside(row, Columns.RANKS, columns, elements.size()) : null;
        String own = scores == null && ranks == null ? ownScore(elements, columns) : null;
        List<Object> answers = new ArrayList<>();
        List<Double> found = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < elements.size(); i++) {
            Object answer = answer(elements.get(i), columns);
            double score = scores != null
                    ? number(scores.get(i))
                    : ranks != null ? -number(ranks.get(i)) : score(elements.get(i), own, columns);
            if (answer != null && Double.isFinite(score)) {
                answers.add(answer);
                found.add(score);
                positions.add(i);
            }
        }
        return new ScoredAnswers(answers, found, positions, elements.size() - answers.size());
    }

    int size() {
        return answers.size();
    }

    private static @Nullable List<?> beside(FamiliarRow row, String name, Columns columns, int size)
            throws RowRejection {
        Object value = row.value(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof List<?> list)) {
            throw new RowRejection(RejectionReason.WRONG_TYPE, columns.inTable(name) + " is not a list");
        }
        if (list.size() != size) {
            throw new RowRejection(
                    RejectionReason.BAD_SCORES,
                    list.size() + " " + columns.inTable(name) + " stand beside " + size + " completions");
        }
        return list;
    }

    /** The text or the messages of an element; null where there are none. */
    static @Nullable Object answer(@Nullable Object element, Columns columns) {
        if (!(element instanceof Map<?, ?> map) || map.get("role") != null) {
            return Speakers.messages(element);
        }
        Object answer = map.get(columns.inTable(Columns.COMPLETION));
        if (!columns.isMapped(Columns.COMPLETION)) {
            for (String name : TEXTS) {
                answer = answer == null ? map.get(name) : answer;
            }
        }
        return Speakers.messages(answer);
    }

    /** The one name under which the answers of a row hold their scores: scores of two kinds cannot be compared. */
    private static @Nullable String ownScore(List<?> elements, Columns columns) {
        List<String> names = new ArrayList<>(List.of(columns.inTable(Columns.SCORE)));
        if (!columns.isMapped(Columns.SCORE)) {
            names.addAll(SCORES);
        }
        names.add(columns.inTable(Columns.RANK));
        for (String name : names) {
            if (elements.stream().anyMatch(element -> element instanceof Map<?, ?> map && map.get(name) != null)) {
                return name;
            }
        }
        return null;
    }

    private static double score(@Nullable Object element, @Nullable String name, Columns columns) {
        if (name == null || !(element instanceof Map<?, ?> map)) {
            return Double.NaN;
        }
        double score = number(map.get(name));
        return name.equals(columns.inTable(Columns.RANK)) ? -score : score;
    }

    /** Verdicts of a verifier are scores of 1 and 0. NaN where there is no number. */
    private static double number(@Nullable Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof Boolean verdict) {
            return verdict ? 1 : 0;
        }
        try {
            return value instanceof String text ? Double.parseDouble(text) : Double.NaN;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}

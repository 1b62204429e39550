package io.trimtab.data.report;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What scored completions did not become.
 *
 * @param rows in which no completion is better than another
 * @param pairs whose scores are equal or within {@code data.score-margin}, of these and other rows
 * @param leftOut completions without a text or a score
 */
public record TiedScores(long rows, long pairs, long leftOut) implements Serializable {
    static final TiedScores NONE = new TiedScores(0, 0, 0);

    TiedScores plus(TiedScores other) {
        return new TiedScores(rows + other.rows, pairs + other.pairs, leftOut + other.leftOut);
    }

    public boolean any() {
        return !equals(NONE);
    }

    /** For people. */
    public String line() {
        return rows + " rows have no completion that is better than another, " + pairs + " pairs are tied, " + leftOut
                + " completions have no text or no score";
    }

    /** Under the names of data-report.json. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("tied", rows);
        map.put("tied_pairs", pairs);
        map.put("completions_left_out", leftOut);
        return map;
    }
}

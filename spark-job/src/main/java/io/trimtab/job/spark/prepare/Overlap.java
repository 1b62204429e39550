package io.trimtab.job.spark.prepare;

import static org.apache.spark.sql.functions.col;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Rows of one table that another has as well, by hashes of their tokens.
 *
 * @param rows of the measured table
 * @param prompts rows whose prompt is trained on
 * @param contents rows whose prompt and completions are, whichever completion is preferred there
 */
public record Overlap(long rows, long prompts, long contents) {
    static Overlap of(Dataset<Row> trained, Dataset<Row> measured, long measuredRows) {
        return new Overlap(
                measuredRows,
                common(trained, measured, PreparedRows.PROMPT_HASH),
                common(trained, measured, PreparedRows.CONTENT_HASH));
    }

    private static long common(Dataset<Row> trained, Dataset<Row> measured, String hash) {
        Dataset<Row> known = trained.select(col(hash).as("known")).distinct();
        return measured.select(hash)
                .join(known, col(hash).equalTo(col("known")), "left_semi")
                .count();
    }

    /** Under the names of data-report.json. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("rows", rows);
        map.put("prompts_in_train", prompts);
        map.put("rows_in_train", contents);
        return map;
    }
}

package io.trimtab.job.spark.prepare;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What occurs more than once among the kept rows of a table, by hashes: one grouping on the executors, of which three lines reach the
 * driver. Nothing of it is removed.
 *
 * @param ids rows whose id another row had before
 * @param prompts rows whose prompt another row had before
 * @param rowsOfOnePrompt rows of the prompt that has the most
 * @param duplicates rows that repeat another one in prompt, completions and preference
 * @param contradictions contents that occur with both preferences: a pair and its swapped twin, an answer that is desirable and undesirable
 * @param contradictoryRows rows with such a content
 */
public record RepeatedRows(
        long ids, long prompts, long rowsOfOnePrompt, long duplicates, long contradictions, long contradictoryRows) {
    private static final int ID = 0;
    private static final int PROMPT = 1;
    private static final int CONTENT = 2;

    /** @param rows with the columns id and the hashes of {@link PreparedRows} */
    static RepeatedRows of(Dataset<Row> rows) {
        Column counted = col("n");
        Column preferred = col("preferred");
        Column both = preferred.gt(0).and(preferred.lt(counted));
        Map<Integer, Row> found = new HashMap<>();
        rows.select(explode(array(
                                key(ID, xxhash64(col("id")), lit(false)),
                                key(PROMPT, col(PreparedRows.PROMPT_HASH), lit(false)),
                                key(CONTENT, col(PreparedRows.CONTENT_HASH), col(PreparedRows.PREFERENCE))))
                        .as("key"))
                .groupBy(col("key.kind").as("kind"), col("key.hash").as("hash"))
                .agg(
                        count(lit(1)).as("n"),
                        sum(when(col("key.preference"), 1).otherwise(0)).as("preferred"))
                .groupBy("kind")
                .agg(
                        sum(counted.minus(1)),
                        max(counted),
                        sum(greatest(preferred.minus(1), lit(0))
                                .plus(greatest(counted.minus(preferred).minus(1), lit(0)))),
                        sum(when(both, 1).otherwise(0)),
                        sum(when(both, counted).otherwise(0)))
                .collectAsList()
                .forEach(row -> found.put(row.getInt(0), row));
        return new RepeatedRows(
                number(found.get(ID), 1),
                number(found.get(PROMPT), 1),
                number(found.get(PROMPT), 2),
                number(found.get(CONTENT), 3),
                number(found.get(CONTENT), 4),
                number(found.get(CONTENT), 5));
    }

    private static Column key(int kind, Column hash, Column preference) {
        return struct(lit(kind).as("kind"), hash.as("hash"), preference.as("preference"));
    }

    /** An empty table has no groups. */
    private static long number(@org.jspecify.annotations.Nullable Row row, int column) {
        return row == null ? 0 : row.getLong(column);
    }

    /** Under the names of data-report.json. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("ids", ids);
        map.put("prompts", prompts);
        map.put("rows_of_one_prompt", rowsOfOnePrompt);
        map.put("rows", duplicates);
        map.put("contradictions", contradictions);
        map.put("contradictory_rows", contradictoryRows);
        return map;
    }
}

package io.trimtab.job.spark.source;

import java.math.BigDecimal;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * Knows a set of rows again by the hashes of its rows, in any order.
 *
 * @param sum of the hashes, modulo 2^64
 */
record RowHashes(long rows, long sum) {

    /** @param hashes one column of longs, computed where the rows are */
    static RowHashes of(Dataset<Row> hashes, String column) {
        // Decimal, because Spark 4 refuses a sum of longs that overflows.
        Row sums = hashes.agg(
                        functions.count(functions.lit(1)),
                        functions.sum(functions.col(column).cast("decimal(38,0)")))
                .first();
        BigDecimal sum = sums.isNullAt(1) ? BigDecimal.ZERO : sums.getDecimal(1);
        return new RowHashes(sums.getLong(0), sum.toBigInteger().longValue());
    }

    static RowHashes of(JavaRDD<Place> places) {
        long[] sums = places.aggregate(
                new long[2], (sum, place) -> new long[] {sum[0] + 1, sum[1] + place.position()}, (one, other) ->
                        new long[] {one[0] + other[0], one[1] + other[1]});
        return new RowHashes(sums[0], sums[1]);
    }
}

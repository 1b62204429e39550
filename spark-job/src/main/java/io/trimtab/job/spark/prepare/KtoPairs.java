package io.trimtab.job.spark.prepare;

import io.trimtab.data.MismatchPairing;
import io.trimtab.data.RowOutcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/** Gives every KTO row its mismatched completion: the rows of a bucket meet in one task. */
final class KtoPairs {
    private KtoPairs() {}

    /** @param rows how many rows were kept, which decides the number of buckets */
    static JavaRDD<PlacedOutcome> of(JavaRDD<PlacedOutcome> kept, long rows, long seed, int maxLength) {
        int buckets = MismatchPairing.buckets(rows);
        return kept.mapToPair(row ->
                        new Tuple2<>(MismatchPairing.bucket(seed, row.outcome().id(), buckets), row))
                .groupByKey(Math.min(buckets, Math.max(1, kept.getNumPartitions())))
                .flatMap(bucket -> pair(bucket._2(), seed, maxLength));
    }

    /** The notes are those of the pairing alone: the rows' own are counted already. */
    private static Iterator<PlacedOutcome> pair(Iterable<PlacedOutcome> bucket, long seed, int maxLength) {
        List<PlacedOutcome> rows = new ArrayList<>();
        bucket.forEach(rows::add);
        rows.sort(Comparator.comparing(PlacedOutcome::place));
        List<RowOutcome.Kept> paired =
                MismatchPairing.pair(rows.stream().map(PlacedOutcome::example).toList(), seed, maxLength);
        List<PlacedOutcome> placed = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            placed.add(new PlacedOutcome(rows.get(i).place(), paired.get(i), null));
        }
        return placed.iterator();
    }
}

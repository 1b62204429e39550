package io.trimtab.job.spark.source;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Deals the rows of few partitions out to many and keeps their order: each of the new partitions gets rows that follow each other. Costs one
 * pass that counts them and a shuffle.
 */
final class DealtOut {
    private DealtOut() {}

    static <T> JavaRDD<T> inOrder(JavaRDD<T> rows, int partitions) {
        List<Long> counts = rows.mapPartitions(DealtOut::count).collect();
        long[] first = new long[counts.size()];
        long all = 0;
        for (int i = 0; i < first.length; i++) {
            first[i] = all;
            all += counts.get(i);
        }
        JavaRDD<Tuple2<Long, T>> numbered =
                rows.mapPartitionsWithIndex((partition, inside) -> numbered(inside, first[partition]), true);
        return JavaPairRDD.fromJavaRDD(numbered)
                .repartitionAndSortWithinPartitions(new Stretches(partitions, all))
                .values();
    }

    private static <T> Iterator<Long> count(Iterator<T> rows) {
        long count = 0;
        while (rows.hasNext()) {
            rows.next();
            count++;
        }
        return new ArrayList<>(List.of(count)).iterator();
    }

    private static <T> Iterator<Tuple2<Long, T>> numbered(Iterator<T> rows, long first) {
        return new Iterator<>() {
            private long number = first;

            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Tuple2<Long, T> next() {
                return new Tuple2<>(number++, rows.next());
            }
        };
    }

    /** As many numbers that follow each other to every partition. */
    private static final class Stretches extends Partitioner {
        private static final long serialVersionUID = 1L;
        private final int partitions;
        private final long rows;

        Stretches(int partitions, long rows) {
            this.partitions = partitions;
            this.rows = rows;
        }

        @Override
        public int numPartitions() {
            return partitions;
        }

        @Override
        public int getPartition(Object key) {
            return (int) Math.min(partitions - 1, (Long) key * partitions / Math.max(1, rows));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Stretches that && partitions == that.partitions && rows == that.rows;
        }

        @Override
        public int hashCode() {
            return 31 * partitions + Long.hashCode(rows);
        }
    }
}

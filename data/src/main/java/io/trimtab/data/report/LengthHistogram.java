package io.trimtab.data.report;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many lengths fell where. Lengths below 16 have a bucket each, longer ones one in sixteen to the octave, so that every figure read
 * from a bucket is at most 1/16 too small; count, sum, least and greatest are exact. Histograms of parts add up, in any order.
 *
 * @param counts from a bucket's smallest length, in tokens, to how many there are; none is empty
 */
public record LengthHistogram(Map<Integer, Long> counts, long sum, int min, int max) implements Serializable {
    public static final LengthHistogram EMPTY = new LengthHistogram(Map.of(), 0, Integer.MAX_VALUE, 0);

    static final int BUCKETS = 16 + (31 - 4) * 16;

    public LengthHistogram {
        counts = Map.copyOf(counts);
    }

    /** Number of the bucket of a length. */
    static int bucket(int length) {
        if (length < 16) {
            return length;
        }
        int shift = 27 - Integer.numberOfLeadingZeros(length);
        return shift * 16 + (length >>> shift);
    }

    /** The smallest length in a bucket. */
    static int smallest(int bucket) {
        return bucket < 16 ? bucket : (16 + bucket % 16) << (bucket / 16 - 1);
    }

    public LengthHistogram plus(LengthHistogram other) {
        Map<Integer, Long> sums = new TreeMap<>(counts);
        other.counts.forEach((bucket, count) -> sums.merge(bucket, count, Long::sum));
        return new LengthHistogram(sums, sum + other.sum, Math.min(min, other.min), Math.max(max, other.max));
    }

    /** How many lengths were counted. */
    public long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The smallest length of the bucket that holds the length at this share of all, from below; 0 where there is none. */
    public int quantile(double share) {
        long wanted = Math.max(1, (long) Math.ceil(share * total()));
        long seen = 0;
        for (Map.Entry<Integer, Long> bucket : ordered().entrySet()) {
            seen += bucket.getValue();
            if (seen >= wanted) {
                return Math.max(bucket.getKey(), min);
            }
        }
        return 0;
    }

    private SortedMap<Integer, Long> ordered() {
        return new TreeMap<>(counts);
    }

    /** For data-report.json; {@code buckets} holds pairs of a smallest length and a count. */
    Map<String, Object> toMap() {
        long total = total();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("n", total);
        map.put("mean", total == 0 ? 0 : Math.round(10.0 * sum / total) / 10.0);
        map.put("min", total == 0 ? 0 : min);
        map.put("median", quantile(0.5));
        map.put("p90", quantile(0.9));
        map.put("p99", quantile(0.99));
        map.put("max", max);
        List<List<Long>> buckets = new ArrayList<>();
        ordered().forEach((smallest, count) -> buckets.add(List.of((long) smallest, count)));
        map.put("buckets", buckets);
        return map;
    }

    /** Counts lengths one by one. Not thread safe. */
    static final class Tally {
        private final long[] counts = new long[BUCKETS];
        private long sum;
        private int min = Integer.MAX_VALUE;
        private int max;

        void add(int length) {
            counts[bucket(length)]++;
            sum += length;
            min = Math.min(min, length);
            max = Math.max(max, length);
        }

        LengthHistogram histogram() {
            Map<Integer, Long> filled = new TreeMap<>();
            for (int bucket = 0; bucket < BUCKETS; bucket++) {
                if (counts[bucket] > 0) {
                    filled.put(smallest(bucket), counts[bucket]);
                }
            }
            return new LengthHistogram(filled, sum, min, max);
        }
    }
}

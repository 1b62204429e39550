package io.trimtab.merge.allreduce;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.trimtab.merge.Ranks;
import io.trimtab.merge.shard.ParameterLayout;
import io.trimtab.merge.shard.Range;
import io.trimtab.merge.shard.Shard;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every collective promises, for all that have more than one rank. */
class CollectiveTest {

    private static final long SEED = 20240517L;

    /** Sizes around one, two and several segments of 2^18 floats, and smaller than the number of ranks. */
    static Stream<Arguments> groups() {
        List<Arguments> groups = new ArrayList<>();
        for (int ranks : new int[] {2, 3, 4}) {
            for (int size : new int[] {0, 1, 3, 1000, (1 << 18) * ranks + 1, 2_000_003}) {
                groups.add(Arguments.of("memory", ranks, size));
                groups.add(Arguments.of("ring in shared memory", ranks, size));
                groups.add(Arguments.of("ring by TCP", ranks, size));
            }
        }
        // So many that a segment goes on as soon as it has come.
        for (int ranks : new int[] {9, 17, 20}) {
            groups.add(Arguments.of("ring in shared memory", ranks, 1_000_003));
            groups.add(Arguments.of("ring by TCP", ranks, 1_000_003));
        }
        return groups.stream();
    }

    @ParameterizedTest(name = "{0} of {1} ranks, {2} floats")
    @MethodSource("groups")
    void reduceScatterThenAllGatherGivesEveryRankTheSameSum(String kind, int ranks, int size) throws Exception {
        List<float[]> answers = Ranks.run(group(kind, ranks), collective -> {
            Shard shard = Shard.zeros(layout(size).shardLayout(collective.rank(), ranks));
            float[] result = new float[size];
            for (int round = 0; round < 2; round++) {
                float[] mine = values(collective.rank() + round, size);
                collective.reduceScatter(
                        (offset, target, at, length) -> System.arraycopy(mine, (int) offset, target, at, length),
                        shard);
                collective.allGather(
                        shard,
                        (offset, source, at, length) -> System.arraycopy(source, at, result, (int) offset, length));
            }
            return result;
        });
        float[] expected = expectedSum(ranks, size, 1);
        for (float[] answer : answers) {
            assertThat(answer).isEqualTo(expected);
        }
    }

    @ParameterizedTest(name = "{0} of {1} ranks, {2} floats")
    @MethodSource("groups")
    void bucketsInAnyOrderGiveTheSameBitsAsTheWhole(String kind, int ranks, int size) throws Exception {
        List<Long> borders = new Random(SEED).longs(7, 0, size + 1L).boxed().toList();
        List<Long> sorted = Stream.concat(borders.stream(), Stream.of(0L, (long) size))
                .sorted()
                .toList();
        List<Range> buckets = new ArrayList<>();
        for (int i = 1; i < sorted.size(); i++) {
            buckets.add(new Range(sorted.get(i - 1), sorted.get(i)));
        }
        Collections.shuffle(buckets, new Random(SEED));
        List<float[]> answers = Ranks.run(group(kind, ranks), collective -> {
            Shard shard = Shard.zeros(layout(size).shardLayout(collective.rank(), ranks));
            float[] mine = values(collective.rank() + 1, size);
            float[] result = new float[size];
            for (Range bucket : buckets) {
                collective.reduceScatter(
                        (offset, target, at, length) -> {
                            assertThat(bucket.contains(new Range(offset, offset + length)))
                                    .isTrue();
                            System.arraycopy(mine, (int) offset, target, at, length);
                        },
                        shard,
                        bucket);
            }
            collective.allGather(
                    shard, (offset, source, at, length) -> System.arraycopy(source, at, result, (int) offset, length));
            return result;
        });
        for (float[] answer : answers) {
            assertThat(answer).isEqualTo(expectedSum(ranks, size, 1));
        }
    }

    /** What lets the sums hide behind a backward pass: those of the last layers are there before the first layer's values are. */
    @ParameterizedTest
    @ValueSource(strings = {"memory", "ring in shared memory", "ring by TCP"})
    void bucketsAreReducedWhileOtherValuesAreStillBeingComputed(String kind) throws Exception {
        int ranks = 3;
        int layers = 10;
        int length = 70_001;
        int size = layers * length;
        List<float[]> answers = Ranks.run(group(kind, ranks), collective -> {
            float[] computed = values(collective.rank() + 1, size);
            float[] gradients = new float[size];
            BlockingQueue<Range> done = new LinkedBlockingQueue<>();
            CountDownLatch reduced = new CountDownLatch(layers - 1);
            Thread backward = new Thread(() -> {
                for (int layer = layers - 1; layer >= 0; layer--) {
                    if (layer == 0 && !reachesZero(reduced)) {
                        return;
                    }
                    int start = layer * length;
                    System.arraycopy(computed, start, gradients, start, length);
                    done.add(new Range(start, start + length));
                }
            });
            backward.start();
            Shard shard = Shard.zeros(layout(size).shardLayout(collective.rank(), ranks));
            for (int layer = 0; layer < layers; layer++) {
                Range bucket = requireNonNull(done.poll(2 * Rings.PATIENT.toSeconds(), TimeUnit.SECONDS));
                collective.reduceScatter(
                        (offset, target, at, count) -> System.arraycopy(gradients, (int) offset, target, at, count),
                        shard,
                        bucket);
                reduced.countDown();
            }
            float[] result = new float[size];
            collective.allGather(
                    shard, (offset, source, at, count) -> System.arraycopy(source, at, result, (int) offset, count));
            return result;
        });
        for (float[] answer : answers) {
            assertThat(answer).isEqualTo(expectedSum(ranks, size, 1));
        }
    }

    @ParameterizedTest(name = "{0} of {1} ranks, {2} doubles")
    @MethodSource("groups")
    void sumIsTheSameBitsOnEveryRankAndInRankOrder(String kind, int ranks, int size) throws Exception {
        int length = size % 300_007;
        List<double[]> answers =
                Ranks.run(group(kind, ranks), collective -> collective.sum(doubles(collective.rank(), length)));
        double[] expected = new double[length];
        for (int rank = 0; rank < ranks; rank++) {
            double[] added = doubles(rank, length);
            for (int i = 0; i < length; i++) {
                expected[i] += added[i];
            }
        }
        for (double[] answer : answers) {
            assertThat(answer).isEqualTo(expected);
        }
    }

    private static boolean reachesZero(CountDownLatch latch) {
        try {
            return latch.await(Rings.PATIENT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The part of rank r is added from rank r + 1 on, and ends with rank r: the promise that makes both collectives equal to the bit. */
    private static float[] expectedSum(int ranks, int size, int round) {
        float[] expected = new float[size];
        List<float[]> all = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            all.add(values(rank + round, size));
        }
        for (int owner = 0; owner < ranks; owner++) {
            for (long i = layout(size).shard(owner, ranks).start();
                    i < layout(size).shard(owner, ranks).end();
                    i++) {
                float sum = all.get((owner + 1) % ranks)[(int) i];
                for (int hop = 2; hop <= ranks; hop++) {
                    sum += all.get((owner + hop) % ranks)[(int) i];
                }
                expected[(int) i] = sum;
            }
        }
        return expected;
    }

    private static List<Collective> group(String kind, int ranks) throws Exception {
        return switch (kind) {
            case "ring in shared memory" -> Rings.ring(ranks);
            case "ring by TCP" -> Rings.ring(Rings.listen(ranks), Rings.byTcp());
            default -> InMemoryCollective.group(ranks);
        };
    }

    private static ParameterLayout layout(int size) {
        return new ParameterLayout(List.of(new ParameterLayout.Tensor(0, "all", 0, size)));
    }

    private static float[] values(int salt, int size) {
        Random random = new Random(SEED + salt);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static double[] doubles(int salt, int size) {
        return new Random(SEED + salt).doubles(size).toArray();
    }
}

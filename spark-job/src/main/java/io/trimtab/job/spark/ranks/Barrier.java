package io.trimtab.job.spark.ranks;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceProfile;
import org.jspecify.annotations.Nullable;
import scala.Function1;
import scala.collection.Iterator;
import scala.reflect.ClassTag;

/** From Java to Spark's barrier execution, which has no Java API: runs one task per rank, all at the same time. */
final class Barrier {
    /** What a rank does; travels to its executor. */
    interface Work<R> extends Serializable {
        R run(BarrierTaskContext context) throws Exception;
    }

    private interface SerializableFunction<A, B> extends Function1<A, B>, Serializable {}

    private Barrier() {}

    /**
     * Runs the work on every rank and returns the results in rank order. The stage is a result stage: one failed task fails it, Spark
     * never retries it, and the caller decides what happens next.
     *
     * @param profile what a task occupies; null: {@code spark.task.cpus}
     */
    static <R> List<R> run(
            JavaSparkContext spark, int ranks, Class<R> type, @Nullable ResourceProfile profile, Work<R> work) {
        JavaRDD<Integer> numbers =
                spark.parallelize(IntStream.range(0, ranks).boxed().toList(), ranks);
        ClassTag<R> tag = scala.reflect.ClassTag$.MODULE$.apply(type);
        SerializableFunction<Iterator<Integer>, Iterator<R>> function =
                ignored -> scala.collection.Iterator$.MODULE$.<R>single(runHere(work));
        JavaRDD<R> stage = new JavaRDD<>(numbers.rdd().barrier().mapPartitions(function, false, tag), tag);
        return (profile == null ? stage : stage.withResources(profile)).collect();
    }

    private static <R> R runHere(Work<R> work) {
        try {
            return work.run(BarrierTaskContext.get());
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("Rank failed: " + e.getMessage(), e);
        }
    }
}

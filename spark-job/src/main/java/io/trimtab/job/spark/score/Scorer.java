package io.trimtab.job.spark.score;

import io.trimtab.data.Example;
import io.trimtab.job.spark.files.LocalFolders;
import io.trimtab.model.Policy;
import io.trimtab.model.PolicyOptions;
import io.trimtab.model.batch.MicroBatches;
import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.engine.DeviceChoice;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.resource.ResourceProfile;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Log-probs of every completion of a table under one frozen model, by plain tasks that Spark may run again anywhere.
 *
 * <p>Rows are packed in groups of {@value #GROUP_ROWS} neighbours by row number, so that a row meets the same others in its forward pass
 * however many executors there are: the result depends on the table and the model alone.
 *
 * @param modelKey names the model in an executor's memory
 * @param modelFolder on any file system
 * @param device where an executor computes
 */
record Scorer(
        String modelKey,
        String modelFolder,
        LocalFolders.Settings folders,
        PolicyOptions options,
        DeviceChoice device,
        int microBatchTokens)
        implements Serializable {
    static final int GROUP_ROWS = 64;

    /** @param logProbs one per completion, in order; belongs to the record */
    record Scored(long row, double[] logProbs) implements Serializable {}

    JavaRDD<Scored> score(
            JavaPairRDD<Long, Example> examples, long rows, int tasks, @Nullable ResourceProfile profile) {
        long groups = (rows + GROUP_ROWS - 1) / GROUP_ROWS;
        int parts = (int) Math.max(1, Math.min(groups, tasks));
        JavaRDD<Scored> scored = examples.repartitionAndSortWithinPartitions(new GroupPartitioner(parts, groups))
                .mapPartitions(this::scored);
        return profile == null ? scored : scored.withResources(profile);
    }

    private Iterator<Scored> scored(Iterator<Tuple2<Long, Example>> rows) {
        return new Iterator<>() {
            private @Nullable Tuple2<Long, Example> next = rows.hasNext() ? rows.next() : null;
            private Iterator<Scored> group = List.<Scored>of().iterator();

            @Override
            public boolean hasNext() {
                return group.hasNext() || next != null;
            }

            @Override
            public Scored next() {
                if (!group.hasNext()) {
                    group = score(nextGroup()).iterator();
                }
                return group.next();
            }

            private List<Tuple2<Long, Example>> nextGroup() {
                Tuple2<Long, Example> row = next;
                if (row == null) {
                    throw new NoSuchElementException("No row is left to score");
                }
                long number = row._1() / GROUP_ROWS;
                List<Tuple2<Long, Example>> members = new ArrayList<>();
                while (row != null && row._1() / GROUP_ROWS == number) {
                    members.add(row);
                    row = rows.hasNext() ? rows.next() : null;
                }
                next = row;
                return members;
            }
        };
    }

    private List<Scored> score(List<Tuple2<Long, Example>> group) {
        return ExecutorModel.use(modelKey, this::load, policy -> score(policy, group));
    }

    private Policy load() {
        return RankPolicy.load(folders.open().of(modelFolder), options, device);
    }

    private List<Scored> score(Policy policy, List<Tuple2<Long, Example>> group) {
        List<Example> examples = group.stream().map(Tuple2::_2).toList();
        List<Scored> scored = new ArrayList<>();
        for (List<Example> batch : MicroBatches.split(examples, microBatchTokens)) {
            double[] logProbs = policy.logProbs(PackedBatch.of(batch));
            int at = 0;
            for (Example example : batch) {
                int end = at + example.completions().size();
                scored.add(new Scored(group.get(scored.size())._1(), Arrays.copyOfRange(logProbs, at, end)));
                at = end;
            }
        }
        return scored;
    }

    /** Keeps a group together and neighbouring groups near each other. */
    private static final class GroupPartitioner extends Partitioner {
        private static final long serialVersionUID = 1L;
        private final int parts;
        private final long groups;

        GroupPartitioner(int parts, long groups) {
            this.parts = parts;
            this.groups = groups;
        }

        @Override
        public int numPartitions() {
            return parts;
        }

        @Override
        public int getPartition(Object row) {
            return (int) ((long) row / GROUP_ROWS * parts / groups);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof GroupPartitioner that && parts == that.parts && groups == that.groups;
        }

        @Override
        public int hashCode() {
            return 31 * parts + Long.hashCode(groups);
        }
    }
}

package io.trimtab.job.train;

import io.trimtab.data.Example;
import io.trimtab.data.plan.RankSplit;
import io.trimtab.model.Policy;
import io.trimtab.model.batch.PackedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** Rows by step, and what each rank sees of them. */
final class Rows {

    private Rows() {}

    /** Each row scored by the reference alone, with the code that trains. */
    static List<ReferencedExample> scored(List<Example> examples, Policy reference) {
        List<ReferencedExample> rows = new ArrayList<>();
        for (Example example : examples) {
            rows.add(new ReferencedExample(example, reference.logProbs(PackedBatch.of(List.of(example)))));
        }
        return rows;
    }

    /** One rank's share of every step, split as in the job. */
    static StepBatches ofRank(List<List<ReferencedExample>> steps, int rank, int ranks) {
        return firstStep -> shares(steps, rank, ranks).stream()
                .filter(batch -> batch.step() >= firstStep)
                .iterator();
    }

    private static List<StepBatch> shares(List<List<ReferencedExample>> steps, int rank, int ranks) {
        List<StepBatch> batches = new ArrayList<>();
        for (List<ReferencedExample> rows : steps) {
            int[] costs =
                    rows.stream().mapToInt(row -> row.example().packedTokens()).toArray();
            List<ReferencedExample> share = Arrays.stream(RankSplit.split(costs, ranks)[rank])
                    .mapToObj(rows::get)
                    .toList();
            batches.add(new StepBatch(batches.size() + 1L, share));
        }
        return batches;
    }

    /** The same steps with something done before each one. */
    static StepBatches observed(StepBatches batches, java.util.function.Consumer<StepBatch> before) {
        return firstStep -> {
            Iterator<StepBatch> source = batches.from(firstStep);
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return source.hasNext();
                }

                @Override
                public StepBatch next() {
                    StepBatch batch = source.next();
                    before.accept(batch);
                    return batch;
                }
            };
        };
    }
}

package io.trimtab.job.spark.ranks;

import io.trimtab.data.CompletionRole;
import io.trimtab.data.Example;
import io.trimtab.job.spark.shards.ShardBatches;
import io.trimtab.job.train.Evaluation;
import io.trimtab.job.train.ReferencedExample;
import io.trimtab.job.train.StepBatch;
import io.trimtab.merge.allreduce.Collective;
import io.trimtab.model.Policy;
import io.trimtab.model.batch.MicroBatches;
import io.trimtab.model.batch.PackedBatch;
import io.trimtab.model.loss.KlEstimate;
import io.trimtab.model.loss.LossSums;
import io.trimtab.model.loss.SequenceLoss;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The training loss and its figures on held-out rows, summed over the ranks. A rank holds its share of the rows in memory from the
 * beginning; log-probs are computed without gradients, KTO's z0 over all held-out rows at once.
 */
final class RankEvaluation implements Evaluation {
    private final List<ReferencedExample> rows;
    private final SequenceLoss loss;
    private final Collective collective;
    private final int microBatchTokens;

    private RankEvaluation(
            List<ReferencedExample> rows, SequenceLoss loss, Collective collective, int microBatchTokens) {
        this.rows = rows;
        this.loss = loss;
        this.collective = collective;
        this.microBatchTokens = microBatchTokens;
    }

    static RankEvaluation of(ShardBatches shares, SequenceLoss loss, Collective collective, int microBatchTokens) {
        List<ReferencedExample> rows = new ArrayList<>();
        for (Iterator<StepBatch> batches = shares.from(1); batches.hasNext(); ) {
            rows.addAll(batches.next().rows());
        }
        return new RankEvaluation(rows, loss, collective, microBatchTokens);
    }

    @Override
    public Map<String, Double> of(Policy policy) {
        List<Measured> measured = measure(policy);
        KlEstimate local = KlEstimate.NONE;
        if (loss.needsKlEstimate()) {
            for (Measured batch : measured) {
                local = local.plus(batch.mismatched());
            }
        }
        KlEstimate z0 = KlEstimate.of(collective.sum(local.toArray()));
        LossSums sums = LossSums.ZERO;
        for (Measured batch : measured) {
            sums = sums.plus(
                    loss.of(batch.examples(), batch.logProbs(), batch.references(), batch.tokenCounts(), z0.value())
                            .sums());
        }
        return LossSums.of(collective.sum(sums.toArray())).metrics();
    }

    /** One forward pass, kept as numbers. The arrays belong to the record. */
    private record Measured(List<Example> examples, double[] logProbs, double[] references, int[] tokenCounts) {
        KlEstimate mismatched() {
            List<Example> with = new ArrayList<>();
            List<Double> policy = new ArrayList<>();
            List<Double> reference = new ArrayList<>();
            int at = 0;
            for (Example example : examples) {
                for (int i = 0; i < example.completions().size(); i++, at++) {
                    if (example.completions().get(i).role() == CompletionRole.MISMATCHED) {
                        with.add(example.only(CompletionRole.MISMATCHED::equals));
                        policy.add(logProbs[at]);
                        reference.add(references[at]);
                    }
                }
            }
            return KlEstimate.of(with, doubles(policy), doubles(reference));
        }

        private static double[] doubles(List<Double> values) {
            return values.stream().mapToDouble(Double::doubleValue).toArray();
        }
    }

    private List<Measured> measure(Policy policy) {
        List<Measured> measured = new ArrayList<>();
        int next = 0;
        List<Example> examples = rows.stream().map(ReferencedExample::example).toList();
        for (List<Example> batch : MicroBatches.split(examples, microBatchTokens)) {
            PackedBatch packed = PackedBatch.of(batch);
            double[] references = new double[packed.sequences()];
            int at = 0;
            for (Example example : batch) {
                double[] own = rows.get(next++).referenceLogProbs();
                System.arraycopy(own, 0, references, at, own.length);
                at += example.completions().size();
            }
            measured.add(new Measured(batch, policy.logProbs(packed), references, packed.tokenCounts()));
        }
        return measured;
    }
}
